"""Keeps opened rows in Spark's Python workers from task to task, and counts their traffic for the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench import rows

if TYPE_CHECKING:
    from pyspark.accumulators import Accumulator
    from pyspark.sql import SparkSession

    from bench import Dataset
    from bench.rows import Rows

_opened: dict[tuple[Any, ...], Rows] = {}  # of this process, which Spark uses for one task after another


def open_once(dataset: Dataset, *splits: str) -> Rows:
    """Open rows, or return what this process opened for an earlier task; each reading checks that it still holds.

    Args:
        dataset: The dataset.
        splits: ``train``, ``test`` or both.
    """
    key = (dataset.path, dataset.storage, dataset.listing, dataset.fingerprint, splits)
    if key not in _opened:
        _opened[key] = rows.open(dataset, *splits)
    return _opened[key]


def traffic_counter(spark: SparkSession) -> Accumulator[tuple[int, int]]:
    """Return the session's accumulator of requests and bytes, to which workers add out of `rows.take_traffic`.

    Args:
        spark: The session.
    """
    from pyspark.accumulators import AccumulatorParam

    class SummedPairs(AccumulatorParam):  # type: ignore[misc]
        def zero(self, _: tuple[int, int]) -> tuple[int, int]:
            return 0, 0

        def addInPlace(self, one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:  # noqa: N802
            return one[0] + other[0], one[1] + other[1]

    known: Any = spark
    if not hasattr(known, "_bench_traffic"):
        known._bench_traffic = spark.sparkContext.accumulator((0, 0), SummedPairs())
    found: Accumulator[tuple[int, int]] = known._bench_traffic
    return found


def add_workers_traffic(spark: SparkSession) -> None:
    """Add the requests and bytes of this session's workers to those of this process.

    Args:
        spark: The session.
    """
    if hasattr(spark, "_bench_traffic"):
        rows.add_traffic(*traffic_counter(spark).value)
