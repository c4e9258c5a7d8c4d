"""Rows of a dataset in an object store as a Spark data frame, read by pyarrow in Spark's Python workers.

It is used where Spark's own connector (``s3a``, GCS) is not installed, since its jars come from Maven only. One
partition is whole row groups that follow each other; only the columns that are asked for are read, by range requests.
It is a ``mapInArrow`` over the partitions' numbers rather than Spark's ``DataSource`` interface: that has no
accumulators, by which the requests of all workers are counted, and starts two Python processes on the driver for each
data frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import rows
from strategies.lib.spark.workers import open_once, traffic_counter

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.accumulators import Accumulator
    from pyspark.sql import DataFrame, SparkSession

    from bench import Dataset
    from bench.rows import Keys, Rows

ROWS_AT_ONCE = 65_536


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
    keys, counter = rows.driver_keys(dataset), traffic_counter(spark)
    reader = _Reader(dataset, tuple(splits), int(wanted), tuple(columns), keys, counter)
    number = len(reader.portions())
    schema = ", ".join(f"`{name}` {'long' if name == 'row_id' else 'float'}" for name in columns)
    return spark.range(0, number, 1, number).mapInArrow(reader, schema)


@dataclass(frozen=True)
class _Reader:
    """A function for Python workers: numbers of portions in, their rows out.

    Each worker makes the same plan for itself, once, since a million row groups would be much to send to every worker.
    """

    dataset: Dataset
    splits: tuple[str, ...]
    wanted: int
    columns: tuple[str, ...]
    keys: Keys
    traffic: Accumulator[tuple[int, int]]

    def portions(self) -> list[Rows]:
        return open_once(self.dataset, *self.splits).portions(self.wanted)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        self.keys.use()
        rows.take_traffic()
        parts = self.portions()
        for batch in batches:
            for number in batch.column(0).to_pylist():
                for table in parts[number].tables(self.columns):
                    yield from table.select(self.columns).to_batches(ROWS_AT_ONCE)
        self.traffic.add(rows.take_traffic())
