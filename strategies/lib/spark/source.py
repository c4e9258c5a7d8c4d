"""Rows of a dataset in an object store as a Spark data frame, read by pyarrow in Spark's Python workers.

For where Spark's own connector (``s3a``, GCS) is not installed, since its jars come from Maven only. One partition is
whole row groups that follow each other; only the columns that are asked for are read, by range requests. It is a
``mapInArrow`` over the partitions' numbers rather than Spark's ``DataSource`` interface: that has no accumulators, by
which the requests of all workers are counted, and starts two Python processes on the driver for each data frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.rows import reading
from bench.stores import keys, traffic
from bench.stores.keys import Keys

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.accumulators import Accumulator
    from pyspark.sql import DataFrame, SparkSession

    from bench import Dataset

ROWS_AT_ONCE = 65_536

_plans: dict[
    tuple[str, str, str, str], list[reading.RowGroup]
] = {}  # of this Python worker, which Spark uses for one partition after another


def read(spark: SparkSession, dataset: Dataset, splits: Sequence[str], columns: Sequence[str]) -> DataFrame:
    """Return columns of splits, under their own names.

    Args:
        spark: The session; there are as many partitions as its files would have
            (``spark.sql.files.minPartitionNum``), or as there are task slots.
        dataset: The dataset.
        splits: The splits.
        columns: Names of the columns, of which only ``row_id`` is no float32.
    """
    wanted = spark.conf.get("spark.sql.files.minPartitionNum", None) or spark.sparkContext.defaultParallelism
    reader = _Reader(dataset, tuple(splits), int(wanted), tuple(columns), keys.of_driver(dataset), counter(spark))
    number = len(reader.portions())
    schema = ", ".join(f"`{name}` {'long' if name == 'row_id' else 'float'}" for name in columns)
    return spark.range(0, number, 1, number).mapInArrow(reader, schema)


def planned(dataset: Dataset, split: str) -> list[reading.RowGroup]:
    """Return a split's row groups; in a store they are listed once in a process, since the listing is in the plan.

    Whether that still holds is seen by those who read them.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
    """
    if not dataset.listing:
        return reading.row_groups(dataset, split)
    key = (dataset.path, dataset.listing, dataset.fingerprint, split)
    if key not in _plans:
        _plans[key] = reading.row_groups(dataset, split)
    return _plans[key]


def portions(groups: Sequence[reading.RowGroup], number: int) -> list[list[reading.RowGroup]]:
    """Share row groups out, whole and in their order, so that portions have about equally many rows; none is empty.

    Args:
        groups: The row groups.
        number: Portions that are wanted; there are no more of them than row groups.
    """
    total, done = sum(group.rows for group in groups), 0
    parts: dict[int, list[reading.RowGroup]] = {}
    for group in groups:
        # By its middle: a row group belongs to the portion that has most of it.
        middle = done + group.rows / 2
        parts.setdefault(int(middle * number / total), []).append(group)
        done += group.rows
    return list(parts.values())


@dataclass(frozen=True)
class _Reader:
    """What a Python worker calls: numbers of portions in, their rows out.

    Each worker makes the same plan for itself, once, since a million row groups would be much to send to everybody.
    """

    dataset: Dataset
    splits: tuple[str, ...]
    wanted: int
    columns: tuple[str, ...]
    keys: Keys
    traffic: Accumulator[tuple[int, int]]

    def portions(self) -> list[list[reading.RowGroup]]:
        groups = [group for split in self.splits for group in planned(self.dataset, split)]
        return portions(groups, self.wanted)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        self.keys.use()
        traffic.own.taken()
        parts = self.portions()
        for batch in batches:
            for number in batch.column(0).to_pylist():
                for table in reading.tables(self.dataset, parts[number], self.columns):
                    yield from table.select(self.columns).to_batches(ROWS_AT_ONCE)
        self.traffic.add(traffic.own.taken())


def counter(spark: SparkSession) -> Accumulator[tuple[int, int]]:
    """Return the session's accumulator of requests and bytes."""
    from pyspark.accumulators import AccumulatorParam

    class Pairs(AccumulatorParam):  # type: ignore[misc]
        def zero(self, _: tuple[int, int]) -> tuple[int, int]:
            return 0, 0

        def addInPlace(self, one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:  # noqa: N802
            return one[0] + other[0], one[1] + other[1]

    known: Any = spark
    if not hasattr(known, "_bench_traffic"):
        known._bench_traffic = spark.sparkContext.accumulator((0, 0), Pairs())
    found: Accumulator[tuple[int, int]] = known._bench_traffic
    return found


def count(spark: SparkSession) -> None:
    """Add what this session's workers asked of a store to what this process did."""
    if hasattr(spark, "_bench_traffic"):
        traffic.own.add(*counter(spark).value)
