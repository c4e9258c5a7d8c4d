"""DataFrame.toArrow: all rows become one Arrow table in the driver, which sends each trainer its share.

Knobs: Arrow's columns as Spark sends them, in record batches of ``maxRecordsPerBatch`` rows (10,000 by default), which
the trainers turn into matrices. The rows have to fit into the driver's memory and below ``spark.driver.maxResultSize``
(1 GiB by default).

Spark's documentation: "This API is a developer API", for results that are small enough for the driver's memory:
https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.toArrow.html
"""

from bench import hookimpl, scaling
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.deliveries import DriverRows
from strategies.lib.handoff.facts import facts
from strategies.lib.spark import result_size
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors


@hookimpl
def bench_strategy():
    return facts("tables that fit into the driver's memory")


@hookimpl
def bench_setup(trial):
    return sessions.start(trial)


@hookimpl
def bench_handoff(trial, session):
    with trial.phase("collect"), spark_errors(SPARK_FAILED):
        table = session.frame.toArrow()
    return DriverRows(session.trainers, table.to_batches())


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "collect") | result_size.limit(at, result_size.arrow_bytes(at))


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
