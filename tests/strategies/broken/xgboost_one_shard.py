"""`xgboost` with one mistake: it trains on one row group, the smallest shard that there is."""

from bench import hookimpl
from strategies import _parquet, xgboost
from strategies.xgboost import bench_predict, bench_setup, bench_strategy

__all__ = ["bench_predict", "bench_setup", "bench_strategy", "bench_train"]


@hookimpl
def bench_train(trial, session):
    """Train on the first row group only."""
    groups = _parquet.row_groups(trial.dataset, "train")[:1]
    features, labels = _parquet.read_matrix(trial.dataset, groups, trial.threads_per_worker)
    return xgboost.fit(session, trial, features, labels)
