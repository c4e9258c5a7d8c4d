"""No fault of a rank hangs MirroredStrategyRunner, and none of its known traps goes unnoticed."""

from collections.abc import Callable

import pytest

from bench.records.directory import Record
from tests.conftest import CONTROL

FAULTS = """
    import json
    import os
    import signal
    import socket
    import time
    from dataclasses import replace

    from strategies.lib.keras import ranks
    from strategies.lib.ranks import shares
    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.network import mirrored_runner
    from strategies.network.mirrored_runner import bench_setup, bench_teardown

    watchdog.SECONDS_TO_WAIT = 15  # here and in the ranks
    own = mirrored_runner.train

    @hookimpl
    def bench_train(trial, session):
        from spark_tensorflow_distributor import MirroredStrategyRunner

        trial = replace(trial, learning_rate=1e-3, batch_size=100, epochs=1)
        for fault in (dies, stalls, never_arrives, finds_its_port_taken):
            mirrored_runner.train = fault
            began = time.monotonic()
            try:
                mirrored_runner.bench_train(trial, session)
            except RankError as error:
                trial.note(fault.__name__, str(error))
            trial.note(f"{fault.__name__}_s", time.monotonic() - began)
        mirrored_runner.train = own
        mirrored_runner.bench_train(trial, session)
        trial.note("well", True)
        runner = MirroredStrategyRunner(num_slots=2, use_gpu=False, use_custom_strategy=True)
        trial.note("rows", runner.run(counts_rows, trial=trial, called_at=0.0))

    def is_second():
        from pyspark import BarrierTaskContext

        return BarrierTaskContext.get().partitionId() == 1

    def dies(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
        return own(trial, called_at)

    def stalls(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: time.sleep(600)
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

    def counts_rows(trial, called_at):
        from pyspark import BarrierTaskContext

        tf = ranks.import_tensorflow(trial)
        BarrierTaskContext.get().barrier()
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        rank = strategy.cluster_resolver.task_id
        batches = ranks.read_batches(tf, trial, shares.open_share(trial, rank, 2), rank)
        ways = (mirrored_runner.undivided(strategy, batches), strategy.experimental_distribute_dataset(batches))
        local = strategy.experimental_local_results
        return mirrored_runner.gather([sum(len(local(labels)[0]) for _, labels in way) for way in ways])
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that dies, stalls, never comes, or lacks its port is one sentence; then it trains."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes["well"]
    for fault in ("dies", "stalls", "never_arrives", "finds_its_port_taken"):
        assert notes[fault].startswith(("Rank ", "Not every rank came", "The process of a rank died")), notes
    # All its own rows; and half of them where `fit` is given a plain dataset, as in most examples.
    assert notes["rows"] == [[800, 400]] * 2
    assert "processes_left" not in notes


@pytest.mark.timeout(300)
def test_ranks_find_each_other_behind_a_proxy(trial_of: Callable[..., Record], monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's proxy does not get the ranks' own traffic: with one that answers nobody it trains all the same."""
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    source = """
    from strategies.network.mirrored_runner import bench_setup, bench_teardown, bench_train

    """
    record = trial_of(source, facts=CONTROL, cores=2, timeout_s=200)
    assert record["status"] == "ok", record["reason"]
