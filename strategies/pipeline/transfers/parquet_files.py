"""Parquet files: the engine's table is written, and the trainer's processes read their row groups of it.

In local mode Spark writes to the scratch directory. On a cluster the executors write to the place of ``--predictions``,
beside them, which all hosts have to see: a directory that they share, or an object store.
"""

from dataclasses import dataclass

from bench.pipelines import ARROW, SPARK, FeatureTransfer
from strategies.lib.pipeline import feature_files


@dataclass(frozen=True)
class ParquetTransfer(FeatureTransfer):
    """Rows by way of files."""

    def transfer(self, trial, frame):
        """Write the table as a dataset, and return that."""
        return feature_files.write(trial, frame)


TRANSFER = ParquetTransfer(
    "parquet_files", takes=(ARROW, SPARK), serves=("process", "ranks", "piped", "frame"), needs=("pyarrow",)
)
