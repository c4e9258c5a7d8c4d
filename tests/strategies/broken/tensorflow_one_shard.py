"""`tensorflow` with one mistake: it trains on one row group, the smallest shard that there is."""

from bench import hookimpl
from bench.rows import reading
from strategies.lib.keras import training
from strategies.network.tensorflow import bench_predict, bench_setup, bench_strategy

__all__ = ["bench_predict", "bench_setup", "bench_strategy", "bench_train"]


@hookimpl
def bench_train(trial, session):
    """Train on the first row group only."""
    groups = reading.row_groups(trial.dataset, "train")[:1]
    features, labels = reading.read_matrix(trial.dataset, groups, trial.threads_per_worker)
    return training.fit(session, trial, features, labels)
