"""XGBoost's own collective in a Spark barrier stage: W workers, each reading its own rows straight from Parquet.

It does the work of ``xgboost.spark``, but sends no rows through Spark, Arrow and pandas into XGBoost. Spark only starts
the ranks; the driver runs the tracker (``RabitTracker``), through which they find each other, as in ``xgboost.spark``.

Knobs: ``spark.task.cpus``, ``nthread``, OpenMP and Arrow all have cores/W threads; the trial's trees, depth, bins and
rate, the same as for every other strategy of this family; tracker and collective give up after two minutes, where
their own defaults are never and half an hour. On the CPU only: a GPU for each rank takes a cluster that hands them out.

XGBoost's documentation has this interface for those who bring their own cluster, and recommends ``QuantileDMatrix``
to save memory: https://xgboost.readthedocs.io/en/stable/python/python_api.html#module-xgboost.collective
"""

import json
import socket
from contextlib import suppress
from functools import partial

from bench import Strategy, hookimpl, scaling
from strategies.lib.imports import import_alone
from strategies.lib.ranks import reports, threads, watchdog
from strategies.lib.spark import barrier, shards
from strategies.lib.spark.session import stop_spark
from strategies.lib.trees import xgboost as xgboost_trees


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("pyspark", "xgboost", "pyarrow"),
        install="tf-spark-bench[spark,xgboost]",
        distributed=True,
        reads="piped",
        problems=xgboost_trees.PROBLEMS,
        weights=True,
        most_categories=xgboost_trees.MOST_CATEGORIES,
        recommended="rows that lie in Parquet where every worker can read them, on a cluster that Spark runs",
    )


@hookimpl
def bench_setup(trial):
    # Imported here, so that it does not count as training.
    import_alone("xgboost.tracker")
    return barrier.start(trial, "xgboost", "threadpoolctl")


@hookimpl
def bench_train(trial, session):
    from xgboost.core import XGBoostError
    from xgboost.tracker import RabitTracker

    host = socket.gethostbyname(session.conf.get("spark.driver.host"))
    # Sorted by task, so that a rank has the same number here and there.
    tracker = RabitTracker(trial.workers, host, sortby="task", timeout=watchdog.SECONDS_TO_WAIT)
    tracker.start()
    try:
        return reports.agree(trial, barrier.run(trial, session, partial(train_rank, tracker.worker_args())))
    finally:
        # After the failure of a rank, the tracker only says so once more.
        with suppress(XGBoostError):
            tracker.free()


def train_rank(meeting_point, rank, trial):
    """Train on this rank's rows, together with the other ranks.

    Args:
        meeting_point: The tracker's address, as it describes it to the ranks.
        rank: This rank.
        trial: The trial.

    Returns:
        The rank's `strategies.lib.ranks.reports.RankReport`.
    """
    import xgboost as xgb

    features, labels, weights = shards.read(rank, trial)
    communicator = xgb.collective.CommunicatorContext(
        **meeting_point, dmlc_task_id=f"{rank.index:08}", dmlc_timeout=watchdog.SECONDS_TO_WAIT
    )
    communicator.__enter__()
    rank.laps.end("rendezvous")
    known = xgboost_trees.categories(trial.dataset)
    data = xgb.QuantileDMatrix(
        features, labels, weight=weights, max_bin=trial.bins, nthread=trial.threads_per_worker, **known
    )
    rank.laps.end("bin")
    booster = xgb.train(xgboost_trees.native_settings(trial), data, num_boost_round=trial.trees)
    rank.laps.end("train")
    # Not as a context manager: after a failure a goodbye would wait for other ranks, which Spark ends.
    communicator.__exit__(None, None, None)
    rank.laps.end("leave")
    model = bytes(booster.save_raw("ubj"))
    used = int(json.loads(booster.save_config())["learner"]["generic_param"]["nthread"])
    return reports.RankReport(
        seconds=rank.laps.seconds,
        digest=reports.digest(model),
        rows=len(labels),
        threads=threads.read_back() | {"xgboost": used},
        model=model if rank.index == 0 else None,
    )


@hookimpl
def bench_predict(trial, session, model):
    return shards.score(trial, session, partial(load, model))


def load(model, threads):
    """Return a function that turns features, float32 of shape (rows, features), into scores.

    Args:
        model: The model as bytes.
        threads: Threads to score with.
    """
    import xgboost as xgb

    booster = xgb.Booster({"nthread": threads}, model_file=bytearray(model))
    return booster.inplace_predict


@hookimpl
def bench_scaling(at):
    settings = at.settings
    # Histograms of all features go around for each level of a tree.
    histograms = scaling.ring(at.workers, at.features * settings["bins"], settings["trees"] * settings["depth"])
    return scaling.fixed("launch", "rendezvous", "leave") | {"train": scaling.linear(at) | histograms}


@hookimpl
def bench_teardown(session):
    stop_spark(session)
