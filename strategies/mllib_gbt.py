"""Spark MLlib's gradient-boosted trees: all in the JVM, on the Spark session that bench starts.

Knobs: trees, depth, bins and rate are the trial's, the same as for every other strategy of this family; MLlib's own
default of 32 bins would cost accuracy.
"""

from bench import Strategy, hookimpl
from strategies import _spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        recommended="",
    )


@hookimpl
def bench_setup(trial):
    return _spark.start(trial)


@hookimpl
def bench_train(trial, session):
    from pyspark.ml.classification import GBTClassifier

    with trial.phase("load"):
        rows = _spark.load_train(trial, session)
    estimator = GBTClassifier(
        labelCol=trial.dataset.label,
        maxIter=trial.trees,
        maxDepth=trial.depth,
        maxBins=trial.bins,
        stepSize=trial.learning_rate,
        seed=trial.seed,
    )
    return estimator.fit(rows)


@hookimpl
def bench_predict(trial, session, model):
    frame = _spark.read(session, trial.dataset, *trial.splits_to_score)
    return _spark.write_scores(model.transform(_spark.assemble(frame, trial.dataset, "row_id")), trial)


@hookimpl
def bench_teardown(session):
    _spark.stop(session)
