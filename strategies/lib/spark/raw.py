"""Raw tables of a dataset as Spark data frames: read by Spark itself, or by pyarrow where it lacks the connector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import rows
from strategies.lib.spark import hadoop
from strategies.lib.spark.workers import traffic_counter

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.accumulators import Accumulator
    from pyspark.sql import DataFrame, SparkSession

    from bench import Dataset
    from bench.rows import Keys


def read(spark: SparkSession, dataset: Dataset, table: str) -> DataFrame:
    """Return a raw table.

    One that pyarrow reads is kept in Spark's memory until `forget`: a query names it several times, and would fetch it
    from the store each time, whole.

    Args:
        spark: The session.
        dataset: The dataset.
        table: Name of the table.
    """
    if hadoop.reads(spark, dataset):
        return spark.read.parquet(hadoop.uri(f"{dataset.path}/{dataset.raw['tables'][table]}"))
    from pyspark.sql.pandas.types import from_arrow_schema

    schema, groups = rows.raw_schema(dataset, table)
    parts = min(groups, spark.sparkContext.defaultParallelism)
    reader = _RawReader(dataset, table, parts, rows.driver_keys(dataset), traffic_counter(spark))
    return spark.range(0, parts, 1, parts).mapInArrow(reader, from_arrow_schema(schema)).persist()


def forget(tables: Iterable[DataFrame]) -> None:
    """Let Spark's memory go that `read` has taken.

    Args:
        tables: Out of `read`.
    """
    for table in tables:
        if table.is_cached:
            table.unpersist()


@dataclass(frozen=True)
class _RawReader:
    """A function for Python workers: numbers of parts in, the rows of their row groups out."""

    dataset: Dataset
    table: str
    parts: int
    keys: Keys
    traffic: Accumulator[tuple[int, int]]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        self.keys.use()
        rows.take_traffic()
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from rows.raw_batches(self.dataset, self.table, number, self.parts)
        self.traffic.add(rows.take_traffic())
