"""A stage of ranks ends well or with one sentence, whatever becomes of one of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import plugins
from bench.model import Dataset
from bench.records.directory import Record
from bench.request import Request
from bench.runs import plan
from bench.trial import runner
from tests.conftest import CONTROL

FAULTS = """
    import os
    import signal
    import time

    from strategies.lib.spark import barrier
    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.spark.session import stop_spark

    watchdog.SECONDS_TO_WAIT = 10  # here and in the ranks

    @hookimpl
    def bench_setup(trial):
        return barrier.start(trial)

    @hookimpl
    def bench_train(trial, session):
        for fault in (raises, dies, does_not_come):
            try:
                barrier.run(trial, session, fault)
            except RankError as error:
                trial.note(fault.__name__, str(error))
        trial.note("well", barrier.run(trial, session, well))

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)

    def raises(rank, trial):
        with rank.meet():
            if rank.index == 1:
                raise ValueError("no rows here")
        time.sleep(600)

    def dies(rank, trial):
        if rank.index == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(600)

    def does_not_come(rank, trial):
        if rank.index == 1:
            time.sleep(600)
        with rank.meet():
            pass

    def well(rank, trial):
        with rank.meet() as shared:
            shared.own = rank.index * 10
        return shared.all
"""


def test_the_fault_of_one_rank_ends_them_all(trial_of: Callable[..., Record]) -> None:
    """A rank that raises, dies or does not come is one sentence for the driver, and the next stage runs."""
    record = trial_of(FAULTS, facts=CONTROL, timeout_s=200)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes["raises"] == "Rank 1: ValueError: no rows here"
    assert notes["dies"].startswith("The process of a rank died")
    assert notes["does_not_come"].startswith("Not every rank came within 10 s")
    assert notes["well"] == [[0, 10], [0, 10]]
    assert "processes_left" not in notes


@pytest.mark.parametrize("strategy", ["xgboost_barrier", "lightgbm_spark", "mirrored_runner", "horovod"])
def test_more_workers_than_slots_is_said_at_once(strategy: str, tiny: Dataset, tmp_path: Path) -> None:
    """A master without room for all workers is refused in one sentence, not after ten minutes of retries."""
    facts = {strategy: plugins.load(strategy).strategy}
    planned = plan.make(Request(workers=(2,), cores=2, master="local[1]"), facts, tiny)[0]
    record = runner.run(planned, run_name="run", environment="here", log=tmp_path / "log", timeout_s=120)
    assert record["status"] == "failed"
    assert record["phase"] == "setup"
    assert "local[1] has room for 1: lower --workers" in record["reason"]
    assert "processes_left" not in record["notes"]
