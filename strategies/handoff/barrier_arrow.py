"""The ranks are tasks of a Spark barrier stage, and train on the rows of their pipes: no file, no driver.

Knobs: ``mapInArrow(barrier=True)``, in record batches of ``maxRecordsPerBatch`` rows (10,000 by default), which a rank
turns into matrices as they come. A rank is a partition: where the data frame has more or fewer, all of it is shuffled
once for each pass (``repartition``), which the record notes. Ranks have as many rows as their partition. A pass over a
lazy data frame computes it again. Spark's XGBoost trains so.

Spark's documentation of mapInArrow with ``barrier``:
https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.mapInArrow.html
"""

from bench import hookimpl
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.deliveries import PipeRows
from strategies.lib.handoff.facts import facts


@hookimpl
def bench_strategy():
    return facts("trainers that may run inside Spark's tasks, and read the rows a few times only")


@hookimpl
def bench_setup(trial):
    return sessions.start(trial, trainers=False)


@hookimpl
def bench_handoff(trial, session):
    frame = session.frame
    if (partitions := frame.rdd.getNumPartitions()) != trial.workers:
        trial.note("repartitioned", f"{partitions} partitions became {trial.workers}, one for each rank")
        frame = frame.repartition(trial.workers)
    return PipeRows(frame)


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
