"""`xgboost` with one mistake: the labels are shuffled, so that each row has another row's."""

from bench import hookimpl, rows
from strategies.trees import xgboost
from strategies.trees.xgboost import bench_predict, bench_setup, bench_strategy

__all__ = ["bench_predict", "bench_setup", "bench_strategy", "bench_train"]


@hookimpl
def bench_train(trial, session):
    """Train with each row's label replaced by another row's."""
    import numpy as np

    features, labels, _ = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
    np.random.default_rng(trial.seed).shuffle(labels)
    return xgboost.fit(session, trial, features, labels)
