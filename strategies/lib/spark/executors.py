"""The memory and CPU time of executors, as Spark measures them, for the record."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

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
    """Write the executors' usage into the record of the trial that `remember` attached, if it did.

    ``executors`` has for each its address, cores, highest resident memory of its JVM and Python processes (each kind's
    own peak, summed), and seconds of its tasks. ``executors_cpu_s`` is the CPU time of all tasks in the JVM; Spark does
    not measure that of its Python workers.

    Args:
        spark: The session.
    """
    from py4j.protocol import Py4JError

    trial: Trial | None = getattr(spark, "_bench_trial", None)
    if trial is None:
        return
    # A master that is gone may have taken Spark's own bookkeeping along.
    with suppress(Py4JError):
        store = spark.sparkContext._jsc.sc().statusStore()
        found = store.executorList(False)
        executors = [found.apply(number) for number in range(found.size())]
        usage = [_usage(one) for one in executors if one.id() != "driver"]
        trial.note("executors", usage)
        trial.measure("executors_memory_bytes", sum(one["peak_memory_bytes"] or 0 for one in usage))
        trial.measure("executors_cpu_s", round(_cpu_seconds(spark, store), 3))


def _usage(executor: Any) -> dict[str, Any]:
    peaks = executor.peakMemoryMetrics()
    return {
        "address": executor.hostPort(),
        "cores": executor.totalCores(),
        "peak_memory_bytes": sum(peaks.get().getMetricValue(name) for name in MEMORY) if peaks.isDefined() else None,
        "tasks_s": executor.totalDuration() / 1000,
    }


def _cpu_seconds(spark: SparkSession, store: Any) -> float:
    jvm = spark.sparkContext._gateway.jvm
    nothing = jvm.java.util.ArrayList()
    quantiles = spark.sparkContext._gateway.new_array(jvm.double, 0)
    stages = store.stageList(nothing, False, False, quantiles, nothing)
    nanoseconds = [int(stages.apply(number).executorCpuTime()) for number in range(stages.size())]
    return sum(nanoseconds) / 1e9
