"""Spark MLlib's multilayer perceptron: the same hidden layers without TensorFlow, all in the JVM.

It is not quite the model of its family: hidden units are sigmoids, the output is a softmax over two, and there is
neither batch normalisation nor dropout. L-BFGS takes all rows in each of its steps, so that batches mean nothing to it.

Knobs: hidden layers of 256, 128 and 64; features standardised with the statistics of the whole train split, which
MLlib does not do by itself, and cached; blocks of 1,024 rows, one matrix multiplication each.

MLlib's guide describes it as a classifier for rows that are in Spark already:
https://spark.apache.org/docs/latest/ml-classification-regression.html#multilayer-perceptron-classifier
"""

from bench import Strategy, hookimpl
from strategies import _keras, _spark

STEPS_PER_EPOCH = 10


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        recommended="a small network inside a Spark pipeline, where TensorFlow is not to be had",
    )


@hookimpl
def bench_setup(trial):
    return _spark.start(trial)


@hookimpl
def bench_train(trial, session):
    from pyspark.ml.classification import MultilayerPerceptronClassifier

    with trial.phase("load"):
        frame = standardised(_spark.read(session, trial.dataset, "train"), trial.dataset, trial.dataset.label).cache()
        frame.count()
    hidden = [units for units, _ in _keras.LAYERS]
    estimator = MultilayerPerceptronClassifier(
        labelCol=trial.dataset.label,
        layers=[len(trial.dataset.features), *hidden, 2],
        maxIter=STEPS_PER_EPOCH * trial.epochs,
        blockSize=1024,
        seed=trial.seed,
    )
    return estimator.fit(frame)


def standardised(frame, dataset, *others):
    """Return the features less their train means, over their train standard deviations, as one vector column."""
    from pyspark.sql import functions as sql

    statistics = zip(dataset.features, dataset.means, dataset.stds, strict=True)
    columns = [((sql.col(name) - mean) / std).alias(name) for name, mean, std in statistics]
    return _spark.assemble(frame.select(*columns, *others), dataset, *others)


@hookimpl
def bench_predict(trial, session, model):
    frame = _spark.read(session, trial.dataset, *trial.splits_to_score)
    return _spark.write_scores(model.transform(standardised(frame, trial.dataset, "row_id")), trial)


@hookimpl
def bench_teardown(session):
    _spark.stop(session)
