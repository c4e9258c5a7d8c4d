"""The Spark session that every Spark strategy runs in, and how rows get in and scores out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Skip, java

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

    from bench import Dataset, Trial

MEMORY_SHARE = 4  # the driver's heap is one part in so many of the memory there is, …
MEMORY_MOST = 31 << 30  # … up to where the JVM still has compressed pointers


def start(trial: Trial, settings: Mapping[str, str] | None = None) -> SparkSession:
    """Start Spark, JVM included, in this process; one attempt per task, and nothing that talks to the outside.

    Args:
        trial: Gives the master, and a scratch directory that Spark keeps its files in.
        settings: Settings beside those that all strategies share.

    Raises:
        Skip: There is no Java.
    """
    from pyspark.sql import SparkSession

    _use_java(trial)
    # Or the workers pick another Python, without our packages.
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    local = trial.master.startswith("local")
    if local:
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.appName(f"bench {trial.strategy}").master(trial.master)
    for key, value in (_settings(trial, local=local) | dict(settings or {})).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _use_java(trial: Trial) -> None:
    found = java.find()
    if found is None:
        raise Skip(f"Spark finds no Java. {java.REMEDY}")
    os.environ["JAVA_HOME"] = str(java.shim(found, trial.scratch / "java"))
    trial.note("java", f"{found.version} ({found.source})")
    # Without it MLlib's linear algebra runs without vector instructions.
    trial.note("java_vector_module", found.has_vector_module)


def _settings(trial: Trial, *, local: bool) -> dict[str, str]:
    settings = {
        "spark.driver.memory": f"{_driver_memory() >> 20}m",
        "spark.local.dir": str(trial.scratch / "spark"),
        "spark.sql.warehouse.dir": str(trial.scratch / "warehouse"),
        # Or the cost that Spark assumes for opening a file, 4 MiB, makes the first of two partitions of a small file
        # twice the second; at 0 the last byte of an odd size would get a partition of its own.
        "spark.sql.files.openCostInBytes": "1k",
        # The default of 200 makes 200 tiny tasks of every shuffle.
        "spark.sql.shuffle.partitions": str(trial.cores),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
        "spark.sql.files.ignoreCorruptFiles": "false",
        "spark.task.maxFailures": "1",
        "spark.stage.maxConsecutiveAttempts": "1",
        # A barrier stage that lacks slots gives up after 10 s; by default it retries 40 times, each 15 s.
        "spark.scheduler.barrier.maxConcurrentTasksCheck.interval": "1s",
        "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures": "10",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.log.level": "ERROR",
    }
    if local:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _driver_memory() -> int:
    """Return the bytes of heap for the driver, which in local mode does all the work."""
    import psutil

    limits = [psutil.virtual_memory().total]
    cgroup = Path("/sys/fs/cgroup/memory.max")
    if cgroup.exists() and cgroup.read_text().strip().isdigit():
        limits.append(int(cgroup.read_text()))
    return max(1 << 30, min(min(limits) // MEMORY_SHARE, MEMORY_MOST))


def stop(spark: SparkSession) -> None:
    """Stop Spark and its JVM, and wait until both are gone; ``spark.stop()`` alone leaves the JVM running."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    spark.stop()
    gateway.shutdown()
    # The JVM ends when its standard input does; it also ends its Python workers then.
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def read(spark: SparkSession, dataset: Dataset, *splits: str) -> DataFrame:
    """Return the rows of splits, as Spark reads them itself: row_id, label and features."""
    return spark.read.parquet(*(dataset.split(split) for split in splits))


def load_train(trial: Trial, spark: SparkSession) -> DataFrame:
    """Read the train split into Spark's memory as the vector column ``features`` and the label, and return it.

    Cached, because MLlib's optimisers pass over it again and again; counted, because Spark would read it later.
    """
    rows = assemble(read(spark, trial.dataset, "train"), trial.dataset, trial.dataset.label).cache()
    rows.count()
    return rows


def assemble(frame: DataFrame, dataset: Dataset, *others: str) -> DataFrame:
    """Return the features as one vector column ``features``, and other columns as they are."""
    from pyspark.ml.feature import VectorAssembler

    assembler = VectorAssembler(inputCols=list(dataset.features), outputCol="features")
    return assembler.transform(frame).select("features", *others)


def write_scores(scored: DataFrame, trial: Trial) -> Path:
    """Write ``row_id`` and the probability of label 1, out of the vector column ``probability``, as Parquet."""
    path = trial.scratch / "predictions"
    scored.select("row_id", _probability_of_one().alias("score")).write.parquet(str(path))
    return path


def _probability_of_one() -> Column:
    from pyspark.ml.functions import vector_to_array

    return vector_to_array("probability")[1]
