"""The program that tutorials show for Spark and TensorFlow, with its mistakes left in, as a warning.

Every line of it can be found in some introduction. What is wrong with it:

1. The assembled vectors are shuffled into 200 partitions, whatever their number and the machine's cores.
2. They are cached as vectors, boxed row by row, and collected by ``rdd.map(…).collect()``: each row becomes a Python
   object in a worker, a pickle, and a Python object again on the driver, which has to hold all of them.
3. Features are standardised in NumPy on the driver, and the rows to score by statistics of their own: the model sees
   other numbers for the same flight.
4. Each rank trains a model of its own on its slice, and nothing is exchanged; that of the first rank is kept, and the
   work of all others is thrown away.
5. The arrays travel to every rank whole.
6. Predictions go back by ``createDataFrame`` of Python tuples.

It is not broken: it comes to predictions, only late, with less memory to spare, and from a part of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bench import Strategy, hookimpl, rows, scaling
from bench.pipelines import definition_of
from strategies.lib.keras import network
from strategies.lib.spark import barrier, gather, raw
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import stop_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PARTITIONS = 200


@dataclass
class TutorialSession:
    """What the program has started and made.

    Attributes:
        spark: The session.
        tf: The module ``tensorflow``.
        table: The feature table.
    """

    spark: SparkSession
    tf: Any
    table: DataFrame | None = None


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("pyspark", "tensorflow", "tf_keras", "pyarrow"),
        install="tf-spark-bench[tensorflow,spark]",
        distributed=True,
        tasks=("pipeline",),
        left_out="it is the warning example, and takes minutes",
    )


@hookimpl
def bench_setup(trial):
    spark = barrier.start(trial)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return TutorialSession(spark, network.import_tensorflow(trial.cores))


@hookimpl
def bench_pipeline(trial, session):
    trial.note("engine", "spark")
    trial.note("one_machine", False)
    dataset = trial.dataset
    with trial.phase("etl"), spark_errors(SPARK_FAILED):
        for table in dataset.raw["tables"]:
            raw.read(session.spark, dataset, table).createOrReplaceTempView(table)
        session.table = session.spark.sql(definition_of(dataset.raw).sql)
        vectors = assembled(session.table, dataset).repartition(PARTITIONS).cache()
        vectors.count()
    with trial.phase("handoff"), spark_errors(SPARK_FAILED):
        _, features, labels = collected(vectors.where("not test"))
    with trial.phase("train"):
        weights = barrier.run(trial, session.spark, partial(train_rank, standardised(features), labels))[0]
    with trial.phase("predict"), spark_errors(SPARK_FAILED):
        row_ids, features, _ = collected(vectors.where("test"))
        model = network.build(session.tf, plain(trial))
        model.set_weights(weights)
        scores = model.predict(standardised(features), batch_size=trial.batch_size, verbose=0).reshape(-1)
        scored = [(int(row_id), float(score)) for row_id, score in zip(row_ids, scores, strict=True)]
        predictions = gather.write(trial, session.spark.createDataFrame(scored, "row_id long, score float"))
    with trial.phase("write"):
        return rows.write_predictions(trial, predictions)


def assembled(table, dataset):
    """Return the rows as vectors, after a cast of each column by itself."""
    from pyspark.ml.feature import VectorAssembler
    from pyspark.sql.functions import col

    for name in (dataset.label, *dataset.features):
        table = table.withColumn(name, col(name).cast("double"))
    vectors = VectorAssembler(inputCols=list(dataset.features), outputCol="features").transform(table)
    return vectors.select("row_id", "test", "features", col(dataset.label).alias("label"))


def collected(vectors):
    """Collect rows to NumPy on the driver: row ids, features and labels."""
    import numpy as np

    found = vectors.rdd.map(lambda row: (row.row_id, row.features.toArray(), row.label)).collect()
    row_ids, features, labels = zip(*found, strict=True)
    return np.array(row_ids), np.array(features), np.array(labels, np.float32)


def standardised(features):
    """Return features less their mean, over their standard deviation, both of these very rows."""
    import numpy as np

    return ((features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-9)).astype(np.float32)


def plain(trial):
    """Return the trial with statistics that change nothing, since features are standardised already."""
    width = len(trial.dataset.features)
    return replace(trial, dataset=replace(trial.dataset, means=(0.0,) * width, stds=(1.0,) * width))


def train_rank(features, labels, rank, trial):
    """Train on a slice, alone, and return the weights."""
    tf = network.import_tensorflow(trial.threads_per_worker)
    tf.keras.utils.set_random_seed(trial.seed + rank.index)
    model = network.build(tf, plain(trial))
    network.compile_network(tf, model, trial.dataset, tf.keras.optimizers.Adam(trial.learning_rate))
    mine = (part[rank.index :: rank.world] for part in (features, labels))
    model.fit(*mine, batch_size=trial.batch_size, epochs=trial.epochs, verbose=0)
    return model.get_weights()


@hookimpl
def bench_features(session):
    return session.table


@hookimpl
def bench_scaling(at):
    # The driver collects the rows, and writes the scores; Spark's tasks make the features, however many ranks train.
    return scaling.undivided(at, "etl", "handoff", "predict", "write")


@hookimpl
def bench_teardown(session):
    stop_spark(session and session.spark)
