"""XGBoost's collective in a barrier stage keeps the contract, and no fault of a rank hangs it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import Dataset
from bench.records.directory import Record
from bench.testing import StrategyContract
from bench.testing.support import install_strategies, run_changed
from tests.conftest import CONTROL

FAULTS = """
    import os
    import signal
    import time

    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.trees import xgboost_barrier
    from strategies.trees.xgboost_barrier import bench_setup, bench_teardown

    watchdog.SECONDS_TO_WAIT = 25  # here and in the ranks; on a busy machine these take a while to join
    own = xgboost_barrier.train_rank

    @hookimpl
    def bench_train(trial, session):
        for fault in (dies, stalls, never_joins):
            try:
                xgboost_barrier.train_rank = fault
                xgboost_barrier.bench_train(trial, session)
            except RankError as error:
                trial.note(fault.__name__, str(error))
        xgboost_barrier.train_rank = own
        xgboost_barrier.bench_train(trial, session)
        trial.note("well", True)

    def dies(*arguments):
        return in_the_second_round(*arguments, lambda: os.kill(os.getpid(), signal.SIGKILL))

    def stalls(*arguments):
        return in_the_second_round(*arguments, lambda: time.sleep(600))

    def in_the_second_round(meeting_point, rank, trial, act):
        import xgboost as xgb

        class Fault(xgb.callback.TrainingCallback):
            def after_iteration(self, model, epoch, evals_log):
                if rank.index == 1 and epoch == 1:
                    act()
                return False

        train = xgb.train
        xgb.train = lambda *arguments, **options: train(*arguments, **options, callbacks=[Fault()])
        return own(meeting_point, rank, trial)

    def never_joins(meeting_point, rank, trial):
        import xgboost as xgb

        if rank.index == 1:
            xgb.collective.CommunicatorContext.__enter__ = lambda self: time.sleep(600)
        return own(meeting_point, rank, trial)
"""


def test_a_twin_whose_ranks_train_alone_is_caught(dataset: Dataset, tmp_path: Path) -> None:
    """The inherited test fails for a strategy that returns the model of one rank's own rows."""

    class Alone(StrategyContract):
        strategy = "alone"

    twin = {"alone": Path(__file__).parents[1] / "alone.py"}
    with install_strategies(tmp_path / "installed", twin):
        record = run_changed("alone", dataset, tmp_path)
        with pytest.raises(AssertionError, match=r"0\.5 ±"):
            Alone().test_workers_learn_from_all_rows(record, dataset)


@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that dies, stalls or never joins is an error within XGBoost's time-outs, and the next stage trains."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert "processes_left" not in notes
    assert notes["well"]
    for fault in ("dies", "stalls", "never_joins"):
        assert notes[fault].startswith(("Rank ", "The process of a rank died"))
