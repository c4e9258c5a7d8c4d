"""Spark: the definition's SQL on the session of the trainer, or on one of its own; the feature table is kept in memory.

It is kept because hand-off, training and scoring read it: a pipeline that did not would run its joins three times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.pipelines import SPARK, Engine
from strategies.lib.spark import raw
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import start_spark, stop_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class EngineSession:
    """The Spark that an engine works on.

    Attributes:
        spark: The session.
        own: Whether the engine has started it.
    """

    spark: SparkSession
    own: bool


@dataclass(frozen=True)
class SparkEngine(Engine):
    """Spark, as an engine of pipelines."""

    def start(self, trial):
        """Take the session that the trainer has started; start one where it has not."""
        from pyspark.sql import SparkSession

        found = SparkSession.getActiveSession()
        session = found or start_spark(trial)
        session.conf.set("spark.sql.session.timeZone", "UTC")
        return EngineSession(session, own=found is None)

    def features(self, trial, session, definition):
        """Return the feature table as a data frame, computed and kept."""
        from pyspark import StorageLevel

        spark = session.spark
        tables = {table: raw.read(spark, trial.dataset, table) for table in trial.dataset.raw["tables"]}
        for name, table in tables.items():
            table.createOrReplaceTempView(name)
        own = definition.function(self.name)
        with spark_errors(SPARK_FAILED):
            found = own(spark) if own else spark.sql(definition.sql)
            found = found.persist(StorageLevel.MEMORY_AND_DISK)
            found.count()
        raw.forget(tables.values())
        return found

    def stop(self, trial, session):
        """Stop the session, unless it is the trainer's, which stops it."""
        if session is None or session.own:
            stop_spark(session and session.spark)


ENGINE = SparkEngine("spark", gives=SPARK, needs=("pyspark", "pyarrow"), install="tf-spark-bench[spark]")
