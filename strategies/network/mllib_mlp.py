"""Spark MLlib's multilayer perceptron: the same hidden layers without TensorFlow, all in the JVM.

Its work is not that of the family ``mlp``, so it has a family of its own: hidden units are sigmoids, the output is a
softmax over the classes, there is neither batch normalisation nor dropout, and L-BFGS takes all rows in each of its
iterations, so that batches mean nothing to it. An iteration is about a pass over the rows, and there are as many as the
trial has epochs; the default of five shows what a pass costs. It converges after a hundred or more: ``--epochs 100``.

Knobs: hidden layers of 256, 128 and 64; features standardised with the statistics of the whole train split, which
MLlib does not do by itself, and cached; blocks of 1,024 rows, one matrix multiplication each. The record says which
BLAS multiplies: with a native one on the machine (``libopenblas``), Spark uses that instead of Java's.

MLlib's guide describes it as a classifier for rows that are in Spark already:
https://spark.apache.org/docs/latest/ml-classification-regression.html#multilayer-perceptron-classifier
and tells how to have a native BLAS: https://spark.apache.org/docs/latest/ml-linalg-guide.html
"""

from bench import Strategy, hookimpl
from bench.rows import width
from strategies.lib.keras import network
from strategies.lib.spark import frames
from strategies.lib.spark.session import start_spark, stop_spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp_lbfgs",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        reads="frame",
        problems=("binary", "multiclass"),
        lacks={"regression": "MLlib's perceptron is a classifier", "weights": "MLlib's perceptron takes no weights"},
        recommended="a small network inside a Spark pipeline, where TensorFlow is not to be had",
        left_out="it trains for longer than all others together that run in one process",
    )


@hookimpl
def bench_setup(trial):
    import pyspark.ml  # noqa: F401 - here, so that it does not count as training

    spark = start_spark(trial)
    trial.note("blas", spark._jvm.dev.ludovic.netlib.blas.BLAS.getInstance().getClass().getSimpleName())
    return spark


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        rows = standardised(frames.read(session, trial.dataset, "train", row_id=False), trial.dataset)
        rows = frames.load(rows)
    return fit(trial, rows)


def standardised(rows, dataset):
    """Add the vector column ``features``: each less its train mean, over its train standard deviation."""
    return frames.assemble(frames.standardise(rows, dataset), dataset)


def fit(trial, rows):
    """Train and return the model.

    Args:
        trial: The trial.
        rows: Data frame with the vector column ``features``, standardised, and ``label``.
    """
    from pyspark.ml.classification import MultilayerPerceptronClassifier

    estimator = MultilayerPerceptronClassifier(
        layers=[len(trial.dataset.features), *(units for units, _ in network.LAYERS), max(2, width(trial.dataset))],
        maxIter=trial.epochs,
        blockSize=1024,
        seed=trial.seed,
    )
    return frames.fit(estimator, rows)


@hookimpl
def bench_predict(trial, session, model):
    rows = standardised(frames.read(session, trial.dataset, *trial.splits_to_score, label=False), trial.dataset)
    return frames.write_scores(model.transform(rows), trial)


@hookimpl
def bench_teardown(session):
    stop_spark(session)
