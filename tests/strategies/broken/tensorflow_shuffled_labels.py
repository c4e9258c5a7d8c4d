"""`tensorflow` with one mistake: the labels are shuffled, so that each row has another row's."""

from bench import hookimpl
from strategies import _parquet, tensorflow
from strategies.tensorflow import bench_predict, bench_setup, bench_strategy

__all__ = ["bench_predict", "bench_setup", "bench_strategy", "bench_train"]


@hookimpl
def bench_train(trial, session):
    """Train with each row's label replaced by another row's."""
    import numpy as np

    groups = _parquet.row_groups(trial.dataset, "train")
    features, labels = _parquet.read_matrix(trial.dataset, groups, trial.threads_per_worker)
    np.random.default_rng(trial.seed).shuffle(labels)
    return tensorflow.fit(session, trial, features, labels)
