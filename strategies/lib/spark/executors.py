"""What executors took, as Spark measures it: the memory of their processes, and the CPU time of the JVM's tasks."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial

MEMORY = ("ProcessTreeJVMRSSMemory", "ProcessTreePythonRSSMemory", "ProcessTreeOtherRSSMemory")


def remember(trial: Trial, spark: SparkSession) -> None:
    """Have `leave` write into a trial's record, before the session stops."""
    known: Any = spark
    known._bench_trial = trial


def leave(spark: SparkSession) -> None:
    """Leave for the record what the executors took; nothing in local mode, where the harness looks itself.

    ``executors`` has for each its address, cores, highest resident memory of its JVM and Python processes (each kind's
    own peak, summed), and seconds of its tasks. ``executors_cpu_s`` is the CPU time of all tasks in the JVM; Spark does
    not measure that of its Python workers.
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
        trial.note("executors", [_described(one) for one in executors if one.id() != "driver"])
        trial.note("executors_cpu_s", round(_cpu_seconds(spark, store), 3))


def _described(executor: Any) -> dict[str, Any]:
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
