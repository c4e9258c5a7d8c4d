"""A Spark session for a job of the harness's own, which is no trial: it makes a dataset, or scores one.

The harness imports no framework, and calls this module by its name (`bench.datasets.makers.cluster.program` and
`bench.trial.reference_job`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import Dataset, Skip, Trial
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import start_spark, stop_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["RankError", "Skip", "job_errors", "start", "stop_spark"]

CONTROL = "null"  # the strategy that needs nothing on executors but our own code
SETTINGS = {
    # A trial has one attempt, so that its figures are of one; rows have as many as Spark gives by default.
    "spark.task.maxFailures": "4",
    "spark.stage.maxConsecutiveAttempts": "4",
    # Two attempts of one task at once would write the same rows twice.
    "spark.speculation": "false",
    # Partitions are ranges of rows, and their numbers are those of files: none may be joined with another.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
}


def start(place: Any, data: Dataset, scratch: Path, name: str = "bench data import") -> SparkSession:
    """Start Spark, on this machine or on a cluster, with our code and the credentials for a store on its executors.

    Args:
        place: ``master``, ``cores``, ``conf`` and ``conf_file``: where Spark runs, and its settings.
        data: Says which store is read and written.
        scratch: A directory of the driver, which is made.
        name: The application's name, which Spark's own pages show.

    Raises:
        Skip: There is no Java.
        RankError: Spark does not start, or a cluster gives too few executors.
    """
    scratch.mkdir()
    trial = Trial(
        strategy=CONTROL,
        task="import",
        dataset=data,
        splits_to_score=(),
        workers=place.cores,
        cores=place.cores,
        threads_per_worker=1,
        repeat=0,
        seed=0,
        epochs=0,
        batch_size=0,
        trees=0,
        depth=0,
        bins=0,
        learning_rate=0.0,
        budget_s=0.0,
        master=place.master,
        scratch=scratch,
        spark_conf=place.conf,
        spark_conf_file=place.conf_file,
    )
    return start_spark(trial, {"spark.app.name": name, **SETTINGS})


def job_errors():
    """Turn Spark's account of a failed job into one sentence; see `spark_errors`."""
    return spark_errors(SPARK_FAILED)
