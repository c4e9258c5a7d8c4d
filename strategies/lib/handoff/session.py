"""The session of a hand-off: Spark, the data frame to hand over, and the processes that train."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.rows import import_libraries
from strategies.lib.handoff.trainers import Trainers
from strategies.lib.imports import import_alone
from strategies.lib.spark import frames
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import start_spark, stop_spark

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from bench import Trial


@dataclass(frozen=True)
class HandoffSession:
    """What ``bench_handoff`` is given; a pipeline makes one of the data frame that its engine has prepared.

    Attributes:
        spark: Spark.
        frame: The rows: ``label`` and the features, all float32.
        trainers: The processes that train; they start where they are first needed, if not before.
    """

    spark: SparkSession
    frame: DataFrame
    trainers: Trainers

    def stop(self) -> None:
        """End the processes that train, and Spark."""
        self.trainers.stop()
        stop_spark(self.spark)


def start(
    trial: Trial, *modules: str, settings: Mapping[str, str] | None = None, trainers: bool = True
) -> HandoffSession:
    """Start Spark with its Python workers, and the trainers, and make the data frame: set-up.

    The trial says whether the rows are in Spark's memory then (``cached``), or nothing is read yet (``lazy``).

    Args:
        trial: The trial.
        modules: Modules that trainers and Spark's Python workers import beside those for Arrow.
        settings: Settings of Spark.
        trainers: Whether to start processes that train; not where ranks are tasks of Spark.

    Raises:
        RankError: Spark or a trainer did not start, or the rows cannot be read.
    """
    spark = start_spark(trial, settings)
    session = HandoffSession(
        spark, frames.read(spark, trial.dataset, "train", row_id=False), Trainers(trial.workers, trial, modules)
    )
    try:
        if trainers:
            session.trainers.start()
        _start_workers(trial, spark, modules)
        if trial.frame == "cached":
            with trial.phase("cache"), spark_errors(SPARK_FAILED):
                session.frame.persist().count()
    except BaseException:
        session.trainers.stop()
        raise
    return session


def stop(session: HandoffSession | None) -> None:
    """End a session; where it never came up, Spark's JVM if that did.

    Args:
        session: The session, or None.
    """
    if session is None:
        stop_spark(None)
    else:
        session.stop()


def _start_workers(trial: Trial, spark: SparkSession, modules: tuple[str, ...]) -> None:
    """Start a Python worker in each slot of Spark, with its imports."""
    threads = trial.threads_per_worker

    def import_all(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import_libraries(threads)
        for module in modules:
            import_alone(module)
        yield from batches

    slots = max(trial.cores, trial.workers)
    with spark_errors(SPARK_FAILED):
        spark.range(0, slots, 1, slots).mapInArrow(import_all, "id long").collect()
