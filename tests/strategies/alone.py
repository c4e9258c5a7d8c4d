"""A broken twin of ``xgboost_barrier``, for its tests: each rank trains alone, and rank 0's model is taken."""

from bench import hookimpl
from strategies.lib.spark import barrier, shards
from strategies.trees.xgboost_barrier import bench_predict, bench_setup, bench_strategy, bench_teardown  # noqa: F401


@hookimpl
def bench_train(trial, session):
    """Take the model of rank 0."""
    return barrier.run(trial, session, train_alone)[0]


def train_alone(rank, trial):
    """Train on this rank's rows, as if there were no others, and return the model."""
    import xgboost as xgb

    features, labels, _ = shards.read(rank, trial)
    settings = {"objective": "binary:logistic", "max_depth": trial.depth, "nthread": trial.threads_per_worker}
    return bytes(xgb.train(settings, xgb.QuantileDMatrix(features, labels), trial.trees).save_raw("ubj"))
