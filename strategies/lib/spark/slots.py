"""A Spark session with a task slot for each rank of a trial."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from strategies.lib.ranks import watchdog
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.session import start_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial

SECONDS_TO_REGISTER = 10  # for the executors of a cluster


def start(trial: Trial, settings: Mapping[str, str] | None = None) -> SparkSession:
    """Start Spark for jobs of one task per worker, with its threads, and check that all tasks can run at once.

    Args:
        trial: The trial.
        settings: Settings beside those that all jobs of ranks share.

    Raises:
        RankError: There are too few slots; on a cluster after 10 seconds, in which more may come.
    """
    spark = start_spark(
        trial,
        {
            # Spark gives its Python workers as many OpenMP threads as a task has cores.
            "spark.task.cpus": str(trial.threads_per_worker),
            "spark.barrier.sync.timeout": f"{watchdog.SECONDS_TO_WAIT}s",
            **(settings or {}),
        },
    )
    _require(trial, spark)
    return spark


def _require(trial: Trial, spark: SparkSession) -> None:
    """Check the slots here, because Spark itself would only give up after minutes."""
    context = spark.sparkContext._jsc.sc()
    profile = context.resourceProfileManager().defaultResourceProfile()
    deadline = time.monotonic() + (0 if context.isLocal() else SECONDS_TO_REGISTER)
    while (slots := context.maxNumConcurrentTasks(profile)) < trial.workers:
        if time.monotonic() >= deadline:
            raise RankError(
                f"{trial.workers} workers of {trial.threads_per_worker} cores must run at once, and {trial.master} "
                f"has room for {slots}: lower --workers, or name a --master with more cores."
            )
        time.sleep(0.2)
