"""What ``xgboost.spark`` really runs with, read back inside its workers."""

from collections.abc import Callable

import pytest

from bench.results import Record

FACTS = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='control', distributed=True)\n"
READS_BACK = """
    import json
    import os
    from dataclasses import replace
    from functools import partial

    from strategies import xgboost_spark
    from strategies.xgboost_spark import bench_setup, bench_teardown

    @hookimpl
    def bench_train(trial, session):
        import xgboost.spark
        from xgboost.callback import TrainingCallback

        class ReadBack(TrainingCallback):
            def before_training(self, model):
                threads = json.loads(model.save_config())["learner"]["generic_param"]["nthread"]
                (trial.scratch / f"worker-{os.getpid()}").write_text(f"{threads} {os.environ['OMP_NUM_THREADS']}")
                return model

        estimator = xgboost.spark.SparkXGBClassifier
        xgboost.spark.SparkXGBClassifier = partial(estimator, callbacks=[ReadBack()])
        xgboost_spark.bench_train(replace(trial, learning_rate=0.3), session)
        trial.note("found", [path.read_text() for path in trial.scratch.glob("worker-*")])
"""


@pytest.mark.parametrize(("cores", "threads"), [(2, 1), (4, 2)])
def test_xgboost_spark_has_the_threads_of_its_share(trial_of: Callable[..., Record], cores: int, threads: int) -> None:
    """Each of two workers has cores/2 threads, although the estimator refuses to be told how many."""
    record = trial_of(READS_BACK, facts=FACTS, cores=cores, timeout_s=250)
    assert record["status"] == "ok", record["reason"]
    assert record["notes"]["found"] == [f"{threads} {threads}"] * 2
