"""Spark's pipe: each rank of a barrier stage gets its own rows as Arrow batches, and trains on them; no file.

The rows are dealt out by their ids to as many partitions as there are ranks, which shuffles them once.
"""

from dataclasses import dataclass

from bench import rows
from bench.pipelines import SPARK, FeatureTransfer
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors


@dataclass(frozen=True)
class BarrierTransfer(FeatureTransfer):
    """Rows by way of Spark's pipe to its Python workers."""

    def transfer(self, trial, frame):
        """Deal the rows out, and hold the data frame, which `strategies.lib.spark.barrier.run` sends through."""
        with spark_errors(SPARK_FAILED):
            # By the id: partitions are equal but for chance, and no rank has the flights of half a year.
            frame = frame.repartition(trial.workers, "row_id").persist()
            frame.count()
            return rows.hold(trial.dataset, frame)


TRANSFER = BarrierTransfer("barrier_arrow", takes=(SPARK,), serves=("piped",), needs=("pyspark", "pyarrow"))
