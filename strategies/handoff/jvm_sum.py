"""All columns added up in the JVM: what it costs to touch every value, before any row leaves Spark.

A control: it gives trainers no row.
"""

from functools import partial

from bench import hookimpl
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.deliveries import RowCount
from strategies.lib.handoff.facts import facts


@hookimpl
def bench_strategy():
    return facts(floor=True)


@hookimpl
def bench_setup(trial):
    return sessions.start(trial, trainers=False)


@hookimpl
def bench_handoff(session):
    return RowCount(partial(add_up, session.frame))


def add_up(frame):
    """Add up each column of a data frame, and return the number of rows."""
    from pyspark.sql import functions

    sums = (functions.sum(name) for name in frame.columns)
    return frame.agg(functions.count("*").alias("rows"), *sums).first().rows


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
