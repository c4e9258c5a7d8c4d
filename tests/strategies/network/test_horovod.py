"""A fault of a rank ends Horovod on Spark in one sentence, and the next training in the same session works."""

import os
import pickle
from collections.abc import Callable, Iterator

import pytest

from bench.records.directory import Record
from bench.stores.keys import Keys
from strategies.lib.spark import horovod as horovod_ranks
from tests.conftest import CONTROL

FAULTS = """
    import contextlib
    import os
    import signal
    import time
    from dataclasses import replace
    from pathlib import Path

    import psutil

    from strategies.lib.spark import horovod as horovod_ranks
    from strategies.lib.keras import ranks
    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.network import horovod
    from strategies.network.horovod import bench_setup, bench_teardown

    own = horovod.train
    watchdog.SECONDS_TO_WAIT = 15  # here and in the ranks
    horovod_ranks.ENVIRONMENT["HOROVOD_GLOO_TIMEOUT_SECONDS"] = "10"

    @hookimpl
    def bench_train(trial, session):
        trial = replace(trial, learning_rate=1e-3, batch_size=100, epochs=1)
        for fault in (dies, raises, stalls, never_arrives):
            horovod.train = fault
            began = time.monotonic()
            try:
                horovod.bench_train(trial, session)
            except RankError as error:
                trial.note(fault.__name__, str(error))
            trial.note(f"{fault.__name__}_s", time.monotonic() - began)
        horovod.train = looks
        horovod.bench_train(trial, session)
        seen = Path(trial.scratch).glob("hosts-*")
        trial.note("hosts", sorted({host for file in seen for host in file.read_text().split()}))
        trial.note("well", True)

    def looks(trial, called_at):
        hosts = set()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("BENCH_TRIAL") == os.environ["BENCH_TRIAL"]:
                    sockets = process.net_connections("tcp")
                    hosts |= {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
        Path(trial.scratch, f"hosts-{os.environ['HOROVOD_RANK']}").write_text(" ".join(hosts))
        return own(trial, called_at)

    def is_second():
        return os.environ["HOROVOD_RANK"] == "1"

    def dies(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
        return own(trial, called_at)

    def raises(trial, called_at):
        if is_second():
            raise ValueError("no rows here")
        return own(trial, called_at)

    def stalls(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: time.sleep(600)
        return own(trial, called_at)

    def never_arrives(trial, called_at):
        if is_second():
            time.sleep(600)
        return own(trial, called_at)
"""


def test_keys_come_with_sparks_closure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task has the driver's keys before Horovod copies its environment, and they travel in what Spark sends."""
    from pyspark.cloudpickle import dumps

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the executor's")

    def make_mapper(name: str) -> Callable[[int, None], Iterator[str]]:
        def mapper(index: int, _: None) -> Iterator[str]:
            yield f"{name} {index} {os.environ['AWS_ACCESS_KEY_ID']}"

        return mapper

    make = horovod_ranks._wrapped_mapper(Keys({"AWS_ACCESS_KEY_ID": "the driver's"}), None, make_mapper)
    assert list(pickle.loads(dumps(make("task")))(1, None)) == ["task 1 the driver's"]  # noqa: S301


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that dies, raises, stalls or never comes is one sentence, and then it trains."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes["well"]
    for fault in ("dies", "raises", "stalls", "never_arrives"):
        assert notes[fault].startswith("Rank "), notes
    assert notes["hosts"] == ["127.0.0.1", "::ffff:127.0.0.1"]  # Java has it by its other name
    assert "processes_left" not in notes
