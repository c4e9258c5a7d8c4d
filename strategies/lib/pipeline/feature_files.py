"""Writes a feature table as the files of a dataset: by Spark, by its tasks where the place is a store, or by Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench import Skip, rows
from bench.spark import is_local
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import hadoop
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from bench import Dataset, Trial
    from bench.rows import Keys

GROUP_BYTES = 4 << 20  # of a row group before it is encoded: some for each rank, also of a small table


def write(trial: Trial, frame: Any) -> Dataset:
    """Write a feature table, and return the dataset of its files.

    Args:
        trial: Gives the place and the names of the columns.
        frame: An Arrow table, or a data frame of Spark.

    Raises:
        Skip: Spark's executors are on other hosts, and no place is named that they share.
        RankError: Spark cannot write, or its executors wrote to disks of their own.
        StorageError: The store cannot be reached.
    """
    dataset = _local(trial) if is_local(trial.master) else _shared(trial)
    if dataset is None:
        raise Skip(
            "Files of features need a place that all hosts of the cluster see: name one by --predictions DIR|URI, or "
            "take barrier_arrow."
        )
    if not hasattr(frame, "mapInArrow"):
        rows.write_part(dataset, frame.to_batches())
    elif "://" in dataset.path:
        _write_by_tasks(dataset, frame)
    else:
        _write_by_spark(dataset, frame)
    return dataset


def _local(trial: Trial) -> Dataset:
    return replace(trial.dataset, path=str(trial.scratch / "features"))


def _shared(trial: Trial) -> Dataset | None:
    """Return the dataset beside the trial's predictions; None where these are nowhere."""
    if (place := trial.write_to) is None:
        return None
    there = rows.feature_place(place)
    return replace(trial.dataset, path=there.path, storage=there.storage, listing="")


def _write_by_spark(dataset: Dataset, frame: Any) -> None:
    from pyspark.sql import Observation
    from pyspark.sql.functions import count, lit

    seen = Observation()
    split = "case when test then 'test' else 'train' end as split"
    wanted = frame.selectExpr("row_id", *(f"`{name}`" for name in dataset.columns), split)
    with spark_errors(SPARK_FAILED):
        writer = wanted.observe(seen, count(lit(1)).alias("rows")).write.mode("overwrite").partitionBy("split")
        # Numbers that hardly repeat: dictionaries are tried in vain.
        writer = writer.option("parquet.block.size", str(GROUP_BYTES)).option("parquet.enable.dictionary", "false")
        writer.parquet(hadoop.uri(dataset.path))
    found, written = rows.open(dataset, "train", "test").rows, seen.get["rows"]
    if found != written:
        raise RankError(
            f"Executors wrote {written:,} rows, and the driver sees {found:,} of them in {dataset.path}: let "
            "--predictions name a place that all hosts share."
        )


def _write_by_tasks(dataset: Dataset, frame: Any) -> None:
    wanted = frame.select("row_id", "test", *(f"`{name}`" for name in dataset.columns))
    with spark_errors(SPARK_FAILED):
        wanted.mapInArrow(_PartWriter(dataset, rows.driver_keys(dataset)), "part int").collect()


@dataclass(frozen=True)
class _PartWriter:
    """A function for Spark's Python workers: the rows of a partition in, which it writes into the store."""

    dataset: Dataset
    keys: Keys

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyspark import TaskContext

        self.keys.use()
        part = TaskContext.get().partitionId()
        rows.write_part(self.dataset, batches, part)
        yield pa.RecordBatch.from_pydict({"part": pa.array([part], pa.int32())})
