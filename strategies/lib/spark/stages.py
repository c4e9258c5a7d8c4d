"""What Spark itself says of the stages of a session, out of the store that its web page reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WAIT_MS = 2000  # for events of the last tasks that the store has not seen yet
# Spark's name of each figure, and how much one of its units is.
FIGURES = {
    "tasks": ("numCompleteTasks", 1),
    "run_s": ("executorRunTime", 1e-3),
    "cpu_s": ("executorCpuTime", 1e-9),
    "gc_s": ("jvmGcTime", 1e-3),
    "shuffle_read_bytes": ("shuffleReadBytes", 1),
    "shuffle_write_bytes": ("shuffleWriteBytes", 1),
    "spill_memory_bytes": ("memoryBytesSpilled", 1),
    "spill_disk_bytes": ("diskBytesSpilled", 1),
    "peak_execution_bytes": ("peakExecutionMemory", 1),
}


def read(spark: SparkSession) -> list[dict[str, float]]:
    """Return the figures of each stage that began, as `bench.Trial.spark_stages` takes them.

    A call for each figure: to have the JVM write JSON takes it a second for classes that it has not loaded yet.

    Args:
        spark: The session, still running. Its store forgets all but the last `spark.ui.retainedStages`, 1000.

    Raises:
        Py4JError: Spark does not say.
    """
    context = spark.sparkContext._jsc.sc()
    context.listenerBus().waitUntilEmpty(WAIT_MS)
    to_monotonic = time.monotonic() - time.time()
    found = _list(spark, context.statusStore())
    return [
        {
            "submitted": stage.submissionTime().get().getTime() / 1000 + to_monotonic,
            **{name: getattr(stage, spelled)() * unit for name, (spelled, unit) in FIGURES.items()},
        }
        for stage in (found.apply(number) for number in range(found.size()))
        if stage.submissionTime().isDefined()  # else its result was there already, and it was skipped
    ]


def _list(spark: SparkSession, store: Any) -> Any:
    """Return the stages as a sequence of Scala's."""
    gateway: Any = spark.sparkContext._gateway
    nothing = gateway.jvm.java.util.ArrayList()
    quantiles = gateway.new_array(gateway.jvm.double, 0)
    return store.stageList(nothing, False, False, quantiles, nothing)
