"""The ranks are tasks of a Spark barrier stage, and train on the rows of their pipes: no file, no driver.

Knobs: ``mapInArrow(barrier=True)``, in record batches of ``maxRecordsPerBatch`` rows (10,000 by default), which a rank
turns into matrices as they come. A rank is a partition: where the data frame has more or fewer, all of it is shuffled
once for each pass (``repartition``), which the record notes, by turns and without the sort that Spark puts before it.
Ranks have as many rows as their partition. A pass over a lazy data frame computes it again. Spark's XGBoost trains so.

Spark's documentation of mapInArrow with ``barrier``:
https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.mapInArrow.html
"""

from bench import hookimpl
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.deliveries import PipeRows
from strategies.lib.handoff.facts import facts

# Spark sorts rows before it deals them out by turns, so that a task that runs again deals them out as before
# (SPARK-23207): else ranks could have some rows twice, of the first time and of the second. No such thing can happen
# here, since Spark never repeats a part of a barrier stage at the end of a job: where one task fails, or finds rows of
# a shuffle gone, it gives the job up (DAGScheduler, "Could not recover from a failed barrier ResultStage"). Until that
# stage starts, nobody has read rows. Moreover Spark counts a shuffle without the sort as indeterminate, of which it
# repeats all or nothing (SPARK-23243). `coalesce` would need no shuffle, but Spark refuses it before a barrier stage.
UNSORTED = {"spark.sql.execution.sortBeforeRepartition": "false"}


@hookimpl
def bench_strategy():
    return facts("trainers that may run inside Spark's tasks, and read the rows a few times only")


@hookimpl
def bench_setup(trial):
    return sessions.start(trial, settings=UNSORTED, trainers=False)


@hookimpl
def bench_handoff(trial, session):
    frame = session.frame
    if (partitions := frame.rdd.getNumPartitions()) != trial.workers:
        trial.note("repartitioned", f"{partitions} partitions became {trial.workers}, one for each rank, by turns")
        frame = frame.repartition(trial.workers)
    return PipeRows(frame)


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
