"""No fault of a rank hangs MirroredStrategyRunner, and none of its known traps goes unnoticed."""

from collections.abc import Callable

import pytest

from bench.results import Record
from tests.conftest import CONTROL, on_one_python

FAULTS = """
    import json
    import os
    import signal
    import socket
    import time
    from dataclasses import replace

    from strategies import _keras_ranks, _ranks, mirrored_runner
    from strategies.mirrored_runner import bench_setup, bench_teardown

    _ranks.SECONDS_TO_WAIT = 10  # here and in the ranks
    own = mirrored_runner.train

    @hookimpl
    def bench_train(trial, session):
        trial = replace(trial, learning_rate=1e-3, batch_size=100, epochs=1)
        for fault in (dies, stalls, never_arrives, finds_its_port_taken, shards_twice):
            mirrored_runner.train = fault
            began = time.monotonic()
            try:
                mirrored_runner.bench_train(trial, session)
            except _ranks.RankError as error:
                trial.note(fault.__name__, str(error))
            trial.note(f"{fault.__name__}_s", time.monotonic() - began)
        mirrored_runner.train = own
        for _ in range(2):
            mirrored_runner.bench_train(trial, session)
        trial.note("well", True)

    def is_second():
        from pyspark import BarrierTaskContext

        return BarrierTaskContext.get().partitionId() == 1

    def dies(trial, called_at):
        if is_second():
            _keras_ranks.fit = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
        return own(trial, called_at)

    def stalls(trial, called_at):
        if is_second():
            _keras_ranks.fit = lambda *arguments: time.sleep(600)
        return own(trial, called_at)

    def never_arrives(trial, called_at):
        if is_second():
            time.sleep(600)
        return own(trial, called_at)

    def finds_its_port_taken(trial, called_at):
        cluster = json.loads(os.environ["TF_CONFIG"])
        host, port = cluster["cluster"]["worker"][cluster["task"]["index"]].split(":")
        with socket.create_server((host, int(port))) if is_second() else socket.socket():
            return own(trial, called_at)

    def shards_twice(trial, called_at):
        import tensorflow as tf

        # What most examples do: a dataset of the rank's own rows, which `fit` shards once more.
        tf.distribute.MultiWorkerMirroredStrategy.distribute_datasets_from_function = lambda self, make: make(None)
        return own(trial, called_at)
"""


@on_one_python
@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that dies, stalls, never comes, lacks its port or half its rows is one sentence; then it trains."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes["well"]
    for fault in ("dies", "stalls", "never_arrives", "finds_its_port_taken"):
        assert notes[fault].startswith(("Rank ", "Not every rank came", "The process of a rank died")), notes
    assert "rows were lost on their way" in notes["shards_twice"]
    assert "processes_left" not in notes
