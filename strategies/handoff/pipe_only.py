"""A mapInArrow that only counts: what it costs to bring every row into Python by Spark's own pipe.

A control: it gives trainers no row. Record batches have ``maxRecordsPerBatch`` rows, 10,000 by default.
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
    return RowCount(partial(pipe, session.frame))


def pipe(frame):
    """Bring each row of a data frame into Python, and return their number."""
    return sum(row.rows for row in frame.mapInArrow(count, "rows long").collect())


def count(batches):
    """Count the rows of record batches, as a record batch of one row."""
    import pyarrow as pa

    yield pa.RecordBatch.from_pydict({"rows": [sum(batch.num_rows for batch in batches)]})


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
