"""What Spark measures of its stages and executors, for the record."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from strategies.lib.spark import stages

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial

MEMORY = ("ProcessTreeJVMRSSMemory", "ProcessTreePythonRSSMemory", "ProcessTreeOtherRSSMemory")


def remember(trial: Trial, spark: SparkSession) -> None:
    """Attach a trial to the session, so that `record_usage` finds it when the session stops.

    Args:
        trial: The trial.
        spark: The session.
    """
    known: Any = spark
    known._bench_trial = trial


def record_usage(spark: SparkSession) -> None:
    """Write what Spark says of its stages and executors into the record of the trial that `remember` attached.

    ``executors`` has for each its address, cores, highest resident memory of its JVM and Python processes (each kind's
    own peak, summed), and seconds of its tasks. ``executors_cpu_s`` is the CPU time of all tasks in the JVM; Spark does
    not measure that of its Python workers.

    Args:
        spark: The session.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    trial: Trial | None = getattr(spark, "_bench_trial", None)
    if trial is None or trial.clock is None:
        return
    # A JVM that is gone refuses the connection, and a master that is gone may have taken Spark's own bookkeeping along.
    with suppress(Py4JError, PySparkException, OSError):
        found = stages.read(spark)
        trial.spark_stages(found)
        if trial.master.startswith("local"):
            return  # also the processes of a local cluster are children of this JVM: the harness sees them itself
        executors = spark.sparkContext._jsc.sc().statusStore().executorList(False)
        usage = [_usage(one) for one in map(executors.apply, range(executors.size())) if one.id() != "driver"]
        trial.note("executors", usage)
        trial.measure("executors_memory_bytes", sum(one["peak_memory_bytes"] or 0 for one in usage))
        trial.measure("executors_cpu_s", round(sum(stage["cpu_s"] for stage in found), 3))


def _usage(executor: Any) -> dict[str, Any]:
    peaks = executor.peakMemoryMetrics()
    return {
        "address": executor.hostPort(),
        "cores": executor.totalCores(),
        "peak_memory_bytes": sum(peaks.get().getMetricValue(name) for name in MEMORY) if peaks.isDefined() else None,
        "tasks_s": executor.totalDuration() / 1000,
    }
