"""`tensorflow` with one mistake: it trains on one row group, the smallest shard that there is."""

from bench import hookimpl, rows
from strategies.lib.keras import training
from strategies.network.tensorflow import bench_predict, bench_setup, bench_strategy

__all__ = ["bench_predict", "bench_setup", "bench_strategy", "bench_train"]


@hookimpl
def bench_train(trial, session):
    """Train on the first row group only."""
    train = rows.open(trial.dataset, "train")
    features, labels, _ = train.only(train.groups[:1]).matrix(trial.threads_per_worker)
    return training.fit(session, trial, features, labels)
