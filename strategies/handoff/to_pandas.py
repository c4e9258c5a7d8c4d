"""DataFrame.toPandas: all rows become one pandas data frame in the driver, and a NumPy matrix, as people write it.

Knobs: Arrow is on, which is Spark's default; the matrix is float32. The driver holds the rows up to three times, and
they have to stay below ``spark.driver.maxResultSize`` (1 GiB by default). It sends trainers their shares.

Spark's documentation: "should only be used if the resulting pandas DataFrame is expected to be small":
https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.toPandas.html
"""

from bench import hookimpl, scaling
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.blocks import LABEL, cut_matrix
from strategies.lib.handoff.deliveries import DriverRows
from strategies.lib.handoff.facts import facts
from strategies.lib.spark import result_size
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors


@hookimpl
def bench_strategy():
    return facts("small tables that pandas is to work on first", needs=("pandas",))


@hookimpl
def bench_setup(trial):
    import pandas  # noqa: F401 - here, so that it does not count as handing over

    return sessions.start(trial)


@hookimpl
def bench_handoff(trial, session):
    import numpy as np

    with trial.phase("collect"), spark_errors(SPARK_FAILED):
        rows = session.frame.toPandas()
    with trial.phase("convert"):
        labels = rows.pop(LABEL).to_numpy(np.float32)
        features = np.ascontiguousarray(rows.to_numpy(np.float32))
    return DriverRows(session.trainers, cut_matrix(features, labels))


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "collect", "convert") | result_size.limit(at, result_size.arrow_bytes(at))


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
