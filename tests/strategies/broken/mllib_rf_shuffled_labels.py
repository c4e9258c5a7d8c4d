"""`mllib_rf` with one mistake: the labels are shuffled, so that they have nothing to do with the features."""

from bench import hookimpl
from strategies.lib.spark import frames
from strategies.trees import mllib_rf
from strategies.trees.mllib_rf import bench_predict, bench_setup, bench_strategy, bench_teardown

__all__ = ["bench_predict", "bench_setup", "bench_strategy", "bench_teardown", "bench_train"]


@hookimpl
def bench_train(trial, session):
    """Train with each row's label replaced by another row's."""
    from pyspark.sql.functions import monotonically_increasing_id, rand, row_number
    from pyspark.sql.window import Window

    rows = frames.load_train(trial, session)
    here = Window.orderBy(monotonically_increasing_id())
    shuffled = Window.orderBy(rand(trial.seed))
    features = rows.select("features", row_number().over(here).alias("place"))
    labels = rows.select("label", row_number().over(shuffled).alias("place"))
    return mllib_rf.fit(trial, frames.load(features.join(labels, "place")))
