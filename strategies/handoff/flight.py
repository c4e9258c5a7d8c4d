"""Tasks push record batches into the trainers, which are Arrow Flight servers: no file, and trainers outside of Spark.

Knobs: each record batch (``maxRecordsPerBatch`` rows, 10,000 by default) is cut into a part for each trainer, so that
all have equally many rows whatever the partitions. A trainer holds four parts; then its server takes no more, gRPC
stops the task that sends, and memory stays as it is however slow the trainer. A pass over a lazy data frame computes it
again. Trainers listen on the driver's address, and take rows from those only who know the trial's key.

Arrow's documentation of Flight: https://arrow.apache.org/docs/python/flight.html
"""

from bench import hookimpl
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.facts import facts
from strategies.lib.handoff.pushing import PushRows


@hookimpl
def bench_strategy():
    return facts("trainers outside of Spark, on rows that need not be kept")


@hookimpl
def bench_setup(trial):
    return sessions.start(trial, "pyarrow.flight")


@hookimpl
def bench_handoff(trial, session):
    return PushRows.begin(session.trainers, session.frame)


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
