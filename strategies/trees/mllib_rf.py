"""Spark MLlib's random forest: all in the JVM, on the Spark session that bench starts.

Its work is not that of the boosted trees, so it has a family of its own: each tree learns the label itself, from a
bootstrap sample of the rows and, at each node, from some of the features; none builds on another, so that the levels of
many trees are grown in one pass.

Knobs: trees, depth and bins are the trial's; MLlib's own defaults for the rest, which are the square root of the
features at each node for classes and a third of them for a number. The assembled vectors are cached, since each level
is a pass over them. A forest gains from more and deeper trees than boosting has: ``--trees 100 --depth 10``.

MLlib's guide calls random forests "one of the most successful machine learning models", which need little tuning:
https://spark.apache.org/docs/latest/mllib-ensembles.html#random-forests
"""

from bench import Strategy, hookimpl
from strategies.lib.spark import frames
from strategies.lib.spark.session import start_spark, stop_spark
from strategies.lib.trees.bins import bins

MOST_CATEGORIES = 10_000  # each has a bin in the histograms of every node


@hookimpl
def bench_strategy():
    return Strategy(
        family="forest",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        reads="frame",
        problems=("binary", "multiclass", "regression"),
        weights=True,
        most_categories=MOST_CATEGORIES,
        recommended="accuracy with little tuning, on data that is in Spark already",
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
    from pyspark.ml.classification import RandomForestClassifier
    from pyspark.ml.regression import RandomForestRegressor

    estimators = {
        "binary": RandomForestClassifier,
        "multiclass": RandomForestClassifier,
        "regression": RandomForestRegressor,
    }
    estimator = estimators[trial.dataset.problem](
        numTrees=trial.trees,
        maxDepth=trial.depth,
        maxBins=bins(trial),
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
