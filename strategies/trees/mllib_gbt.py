"""Spark MLlib's gradient-boosted trees: all in the JVM, on the Spark session that bench starts.

Knobs: trees, depth, bins and rate are the trial's, the same as for every other strategy of this family; MLlib's own
default of 32 bins would cost accuracy. The assembled vectors are cached, since each level of each tree is a pass over
them. Left alone, because they gain nothing on ``flights`` with 2 cores: ``cacheNodeIds``, and the number of partitions.

MLlib's guide calls tree ensembles "among the top performers", and warns that boosting trains one tree at a time:
https://spark.apache.org/docs/latest/ml-classification-regression.html#tree-ensembles
"""

from bench import Strategy, hookimpl
from strategies.lib.spark import frames
from strategies.lib.spark.session import start_spark, stop_spark
from strategies.lib.trees.bins import bins

MOST_CATEGORIES = 10_000  # each has a bin in the histograms of every node


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        reads="frame",
        problems=("binary", "regression"),
        lacks={"multiclass": "MLlib's boosting knows two classes"},
        weights=True,
        most_categories=MOST_CATEGORIES,
        recommended="accuracy without hand-made features, on data that is in Spark already",
    )


@hookimpl
def bench_setup(trial):
    import pyspark.ml  # noqa: F401 - here, so that it does not count as training

    return start_spark(trial)


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        rows = frames.load_train(trial, session)
    return fit(trial, rows)


def fit(trial, rows):
    """Train and return the model.

    Args:
        trial: The trial.
        rows: Data frame with the vector column ``features``, ``label`` and, where rows have weights, ``weight``.
    """
    from pyspark.ml.classification import GBTClassifier
    from pyspark.ml.regression import GBTRegressor

    estimator = {"binary": GBTClassifier, "regression": GBTRegressor}[trial.dataset.problem](
        maxIter=trial.trees,
        maxDepth=trial.depth,
        maxBins=bins(trial),
        stepSize=trial.learning_rate,
        seed=trial.seed,
        **frames.weight_setting(trial.dataset),
    )
    return frames.fit(estimator, rows)


@hookimpl
def bench_predict(trial, session, model):
    rows = frames.assemble(frames.read(session, trial.dataset, *trial.splits_to_score, label=False), trial.dataset)
    return frames.write_scores(model.transform(rows), trial)


@hookimpl
def bench_teardown(session):
    stop_spark(session)
