"""``DataFrame.toArrow``: Spark's rows come to the driver as one Arrow table, for a trainer in the same process.

All of it has to fit into the driver's memory, twice with the trainer's matrix, and into ``spark.driver.maxResultSize``.
"""

from dataclasses import dataclass

from bench import scaling
from bench.pipelines import SPARK, FeatureTransfer, hold_table
from strategies.lib.spark import result_size
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

ID_BYTES = 8 + 3 / 8  # int64 and a boolean, and a bit for each that says that it is not missing


@dataclass(frozen=True)
class ArrowTransfer(FeatureTransfer):
    """Rows by way of the driver."""

    def transfer(self, trial, frame):
        """Collect the table and hold it."""
        with spark_errors(SPARK_FAILED):
            table = frame.toArrow()
        return hold_table(trial.dataset, table)

    def limits(self, at):
        """Return the share of Spark's ceiling that all rows take, with their ids and whether they are for testing."""
        found = result_size.limit(at, result_size.arrow_bytes(at) + ID_BYTES)
        return found.get(scaling.LIMITS, {})


TRANSFER = ArrowTransfer("to_arrow", takes=(SPARK,), serves=("process",), needs=("pyspark", "pyarrow"))
