"""Spark MLlib's logistic and linear regression: all in the JVM, on the Spark session that bench starts.

Logistic regression for two classes, multinomial for more, and least squares for a number. Knobs: L-BFGS for all three,
since the normal equations take at most 4,096 features; no regularisation, so that all converge to the same optimum,
which L-BFGS reaches in well under the 100 steps that are allowed; standardisation is MLlib's own and internal, and
since nothing is penalised it only steers the optimiser. The assembled vectors are cached, since the optimiser passes
over them once per step.

MLlib's guide recommends logistic regression as the popular method to predict a categorical response, and linear
regression as the first for a number:
https://spark.apache.org/docs/latest/ml-classification-regression.html
"""

from bench import Strategy, hookimpl
from strategies.lib.spark import frames
from strategies.lib.spark.session import start_spark, stop_spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="linear",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        reads="frame",
        problems=("binary", "multiclass", "regression"),
        weights=True,
        recommended="a first, interpretable model, at any size that Spark holds",
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
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.regression import LinearRegression

    estimators = {
        "binary": LogisticRegression(),
        "multiclass": LogisticRegression(),
        "regression": LinearRegression(solver="l-bfgs"),
    }
    estimator = estimators[trial.dataset.problem].setParams(
        maxIter=100, regParam=0.0, standardization=True, **frames.weight_setting(trial.dataset)
    )
    return frames.fit(estimator, rows)


@hookimpl
def bench_predict(trial, session, model):
    rows = frames.assemble(frames.read(session, trial.dataset, *trial.splits_to_score, label=False), trial.dataset)
    return frames.write_scores(model.transform(rows), trial)


@hookimpl
def bench_teardown(session):
    stop_spark(session)
