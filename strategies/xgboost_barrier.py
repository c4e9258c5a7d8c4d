"""XGBoost's own collective in a Spark barrier stage: W workers, each reading its own rows straight from Parquet.

What ``xgboost.spark`` does, without its way of the rows: through Spark, Arrow and pandas into XGBoost. Spark only
starts the ranks; rank 0 runs the tracker (``RabitTracker``), through which they find each other.

Knobs: ``spark.task.cpus``, ``nthread``, OpenMP and Arrow all have cores/W threads; the trial's trees, depth, bins and
rate, the same as for every other strategy of this family; tracker and collective give up after two minutes, where
their own defaults are never and half an hour. On the CPU only: a GPU for each rank takes a cluster that hands them out.

XGBoost's documentation has this interface for those who bring their own cluster, and recommends ``QuantileDMatrix``
to save memory: https://xgboost.readthedocs.io/en/stable/python/python_api.html#module-xgboost.collective
"""

import json
from functools import partial

from bench import Strategy, hookimpl
from strategies import _barrier, _ranks, _shards, _spark, _xgboost


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("pyspark", "xgboost", "pyarrow"),
        install="tf-spark-bench[spark,xgboost]",
        distributed=True,
        recommended="rows that lie in Parquet where every worker can read them, on a cluster that Spark runs",
    )


@hookimpl
def bench_setup(trial):
    return _barrier.start(trial, "xgboost", "threadpoolctl")


@hookimpl
def bench_train(trial, session):
    return _ranks.agreed(trial, _barrier.run(trial, session, train_rank))


def train_rank(rank, trial):
    """Train on this rank's rows, together with the other ranks.

    Args:
        rank: This rank.
        trial: The trial.

    Returns:
        The rank's `_ranks.Report`.
    """
    import xgboost as xgb

    with rank.together() as shared:
        features, labels = _shards.read(rank, trial)
        tracker = start_tracker(rank)
        shared.own = tracker and tracker.worker_args()
    communicator = xgb.collective.CommunicatorContext(
        **shared.all[0], dmlc_task_id=f"{rank.index:08}", dmlc_timeout=_ranks.SECONDS_TO_WAIT
    )
    communicator.__enter__()
    rank.laps.end("rendezvous")
    data = xgb.QuantileDMatrix(features, labels, max_bin=trial.bins, nthread=trial.threads_per_worker)
    rank.laps.end("bin")
    booster = xgb.train(_xgboost.native_settings(trial), data, num_boost_round=trial.trees)
    rank.laps.end("train")
    # Not as a context manager: after a failure a goodbye would wait for the others', whom Spark ends.
    communicator.__exit__(None, None, None)
    if tracker:
        tracker.wait_for(_ranks.SECONDS_TO_WAIT)
    rank.laps.end("leave")
    model = bytes(booster.save_raw("ubj"))
    used = int(json.loads(booster.save_config())["learner"]["generic_param"]["nthread"])
    return _ranks.Report(
        seconds=rank.laps.seconds,
        digest=_ranks.digest(model),
        rows=len(labels),
        threads=_ranks.threads() | {"xgboost": used},
        model=model if rank.index == 0 else None,
    )


def start_tracker(rank):
    """Start and return what ranks find each other by, on rank 0; None on all others."""
    from xgboost.tracker import RabitTracker

    if rank.index != 0:
        return None
    # Sorted by task, so that a rank has the same number here and there.
    tracker = RabitTracker(rank.world, rank.address(), sortby="task", timeout=_ranks.SECONDS_TO_WAIT)
    tracker.start()
    return tracker


@hookimpl
def bench_predict(trial, session, model):
    return _shards.score(trial, session, partial(load, model))


def load(model, threads):
    """Return what turns features, float32 of shape (rows, features), into probabilities.

    Args:
        model: The model as bytes.
        threads: Threads to score with.
    """
    import xgboost as xgb

    booster = xgb.Booster({"nthread": threads}, model_file=bytearray(model))
    return booster.inplace_predict


@hookimpl
def bench_teardown(session):
    _spark.stop(session)
