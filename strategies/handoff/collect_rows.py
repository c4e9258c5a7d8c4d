"""The lines of tutorials: assemble vectors, repartition(200), cache, and collect row objects in the driver.

A warning: it takes some fifty times the processor time of `to_arrow`, and the driver has an object for each row. Every
step costs: the assembler boxes each row, two hundred partitions shuffle all of them, the RDD pickles row after
row, and NumPy gets doubles, which become float32 at last.

Knobs: none; that is the point.
"""

from bench import hookimpl, scaling
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.blocks import LABEL, cut_matrix
from strategies.lib.handoff.deliveries import DriverRows
from strategies.lib.handoff.facts import facts
from strategies.lib.spark import result_size
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

PARTITIONS = 200


@hookimpl
def bench_strategy():
    return facts(
        needs=("pandas",),
        left_out="it takes about fifty times as long as others, and shows what not to do",
    )


@hookimpl
def bench_setup(trial):
    import pyspark.ml.feature  # noqa: F401 - here, so that it does not count as handing over

    return sessions.start(trial)


@hookimpl
def bench_handoff(trial, session):
    import numpy as np
    from pyspark.ml.feature import VectorAssembler

    names = [name for name in session.frame.columns if name != LABEL]
    assembler = VectorAssembler(inputCols=names, outputCol="vector")
    prepared = assembler.transform(session.frame).select("vector", LABEL).repartition(PARTITIONS).cache()
    with trial.phase("collect"), spark_errors(SPARK_FAILED):
        rows = prepared.rdd.map(to_pair).collect()
    prepared.unpersist()
    with trial.phase("convert"):
        features = np.array([values for values, _ in rows], np.float32)
        labels = np.array([label for _, label in rows], np.float32)
    return DriverRows(session.trainers, cut_matrix(features, labels))


def to_pair(row):
    """Return a row as an array of doubles and its label."""
    import numpy as np

    return np.array(row.vector), row.label


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "collect", "convert") | result_size.limit(at, result_size.pickled_bytes(at))


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
