"""What a stage of the job finds out: one line of JSON from each partition.

Not by Spark's accumulators, which count a task twice whose output was lost and which was run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.accumulators import Accumulator
    from pyspark.sql import DataFrame, SparkSession

COLUMNS = "facts string"


def to_batch(**facts: Any) -> pa.RecordBatch:
    """Return facts as the one row of a batch."""
    return pa.RecordBatch.from_pydict({"facts": [json.dumps(facts)]})


def collect(rows: DataFrame, stage: Callable[..., Any]) -> list[dict[str, Any]]:
    """Run a stage and return the facts of each partition, in the order of the partitions.

    Args:
        rows: Its input.
        stage: Takes batches, and yields one out of `to_batch`.
    """
    return [json.loads(line.facts) for line in rows.mapInArrow(stage, COLUMNS).collect()]


def loss_counter(spark: SparkSession) -> Accumulator[dict[str, int]]:
    """Return an accumulator of the values that float32 does not keep, by feature: a note, and no part of the content.

    Args:
        spark: The session.
    """
    from pyspark.accumulators import AccumulatorParam

    class SummedCounts(AccumulatorParam):  # type: ignore[misc]
        def zero(self, _: dict[str, int]) -> dict[str, int]:
            return {}

        def addInPlace(self, one: dict[str, int], other: dict[str, int]) -> dict[str, int]:  # noqa: N802
            return {name: one.get(name, 0) + other.get(name, 0) for name in one | other}

    found: Accumulator[dict[str, int]] = spark.sparkContext.accumulator({}, SummedCounts())
    return found
