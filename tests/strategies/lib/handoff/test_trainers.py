"""Trainers take their shares at their own pace; one that dies or fails ends all of them with one sentence."""

from __future__ import annotations

import functools
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pytest

from bench import Trial
from bench.trial.memory_mark import peak_bytes, reset_peak
from bench.trial.row_digest import RowDigest
from bench.trial.sink import consume
from strategies.lib.handoff.blocks import of_batch, spans, to_batch
from strategies.lib.handoff.deliveries import DriverRows
from strategies.lib.handoff.receiving import Receiver, no_rows
from strategies.lib.handoff.trainers import Trainers
from strategies.lib.ranks.errors import RankError

FEATURES = 4


@pytest.fixture
def trial(trial_for: Callable[..., Trial], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A trial whose trainers find the functions of this module."""
    (tmp_path / "tests").symlink_to(Path(__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)  # which a spawned process has instead of PYTHONPATH
    return trial_for("to_arrow", task="handoff", workers=(2,))


@pytest.fixture
def trainers(trial: Trial) -> Iterator[Trainers]:
    """Two trainers, of which none is left at the end."""
    found = Trainers(2, trial)
    found.start()
    pids = found.pids
    yield found
    found.stop()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def table(rows: int) -> list[pa.RecordBatch]:
    """Return rows in record batches of up to 1,000, a column for each feature."""
    values = np.arange(rows * FEATURES, dtype=np.float32).reshape(-1, FEATURES)
    names = [f"f{index}" for index in range(FEATURES)]
    columns = [pa.array(values[:, 0].copy()), *(pa.array(column.copy()) for column in values.T)]
    return pa.table(columns, names=["label", *names]).to_batches(max_chunksize=1000)


def own_rows(rank: int, world: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the rank's share of a table, as it would be read from a file."""
    return (of_batch(batch) for batch in table(2500)[rank::world])


def die(at_rank: int, rank: int, _world: int, blocks: Iterator[object]) -> None:
    """Take one block, and end the process of one rank."""
    next(blocks)
    if rank == at_rank:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def fail(rank: int, _world: int, _blocks: Iterator[object]) -> None:
    """Raise an error in one rank."""
    if rank == 1:
        raise ValueError("no such thing")
    time.sleep(60)


def test_each_trainer_gets_its_share(trainers: Trainers) -> None:
    """What trainers read for themselves, and what the driver sends, is each row once, pass after pass."""
    expected = RowDigest()
    for batch in table(2500):
        expected.add(*reversed(of_batch(batch)))
    rows = DriverRows(trainers, table(2500))
    function = functools.partial(consume, 100, 0.0)
    for reports in (trainers.run(function, own_rows), rows.run(function), rows.run(function)):
        found = RowDigest()
        for report in reports:
            found.merge(RowDigest.of_json(report.digest))
        assert found.as_json() == expected.as_json()
        assert [report.pid for report in reports] == trainers.pids
    assert sum(len(labels) for _, labels in rows.blocks(0, 3)) == 833


def test_a_rank_without_rows_is_told_so(trainers: Trainers) -> None:
    """One row for two trainers leaves one of them with none, and no hang."""
    reports = DriverRows(trainers, table(1)).run(functools.partial(consume, 100, 0.0))
    assert [report.digest["rows"] for report in reports] == [0, 1]


@pytest.mark.parametrize("sent", [False, True], ids=["read", "sent"])
def test_a_dead_trainer_ends_all(trainers: Trainers, sent: bool) -> None:
    """The sentence names it and the signal, at once, though another one would work for a minute."""
    function = functools.partial(die, 1)
    with pytest.raises(RankError, match=r"^Trainer 1 ended by SIGKILL before .*: memory may have run out\.$"):
        DriverRows(trainers, table(100_000)).run(function) if sent else trainers.run(function, own_rows)
    assert not trainers.pids


def test_an_error_of_a_trainer_is_its_sentence(trainers: Trainers) -> None:
    """All trainers are ended, also one that works on."""
    with pytest.raises(RankError, match=r"^Rank 1: ValueError: no such thing$"):
        trainers.run(fail, own_rows)
    assert not trainers.pids


def test_a_slow_trainer_holds_the_driver_back(trainers: Trainers) -> None:
    """Rows are made while they are sent, and no faster: the driver's memory does not grow with them."""
    batch = to_batch(np.zeros((100_000, FEATURES), np.float32), np.zeros(100_000, np.float32))

    def made(_rank: int, _world: int) -> Iterator[pa.RecordBatch]:
        return (pa.concat_batches([batch]) for _ in range(30))

    reset_peak()
    before = peak_bytes()
    reports = trainers.feed(functools.partial(consume, 100_000, 0.01), made)
    assert sum(report.batches for report in reports) == 60
    assert peak_bytes() - before < 10 * batch.nbytes + resource.getpagesize()


def wait_for_rows(receiver: Receiver, directory: Path, rank: int, world: int) -> Iterator[object]:
    """Say so in a file, and yield what is pushed into this process."""
    (directory / str(rank)).touch()
    return receiver(rank, world)


def drive(trial: Trial, told: Connection) -> None:
    """Be a driver whose trainers wait for rows that nobody pushes."""
    trainers, receiver = Trainers(2, trial), Receiver("127.0.0.1", b"key")
    trainers.run(receiver.listen, no_rows)
    told.send(trainers.pids)
    trainers.run(functools.partial(consume, 100, 0.0), functools.partial(wait_for_rows, receiver, trial.scratch))


def test_trainers_end_with_their_driver(trial: Trial) -> None:
    """A driver that is killed while they wait for rows to be pushed cannot tell them the end, and leaves none."""
    spawn = multiprocessing.get_context("spawn")
    own, theirs = spawn.Pipe(duplex=False)
    driver = spawn.Process(target=drive, args=(trial, theirs))
    driver.start()
    theirs.close()
    trainers = [psutil.Process(pid) for pid in own.recv()]
    while not all((trial.scratch / str(rank)).exists() for rank in range(2)):
        assert driver.is_alive()
        time.sleep(0.05)
    driver.kill()
    driver.join()
    _, left = psutil.wait_procs(trainers, timeout=30)
    for process in left:
        process.kill()
    assert not left


@pytest.mark.parametrize("counts", [[10], [1, 1, 1], [5, 0, 7, 1], [0, 0], []])
@pytest.mark.parametrize("world", [1, 2, 5])
def test_shares_are_equal(counts: list[int], world: int) -> None:
    """Every row has one rank, in order, and ranks differ by one row at most, however the rows lie in pieces."""
    shares = [spans(counts, rank, world) for rank in range(world)]
    rows = [(number, row) for share in shares for number, start, stop in share for row in range(start, stop)]
    assert rows == [(number, row) for number, count in enumerate(counts) for row in range(count)]
    sizes = [sum(stop - start for _, start, stop in share) for share in shares]
    assert max(sizes) - min(sizes) <= 1
