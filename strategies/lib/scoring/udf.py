"""Scores in Spark's Python workers: the session, the rows in, the scores out, and a budget for slow ways."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Strategy
from bench.rows import import_libraries
from bench.spark import is_local
from strategies.lib.keras import heads, inputs
from strategies.lib.keras.network import import_tensorflow
from strategies.lib.networks.files import KERAS, TORCH, framework_of
from strategies.lib.spark import frames, gather, hadoop
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import start_spark
from strategies.lib.torch.network import import_torch

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession

    from bench import Trial
    from strategies.lib.scoring.shipped import ShippedModel

RECORDS_PER_BATCH = 16_384
PARTITIONS_PER_WORKER = 4  # so that no worker waits long for the last one
FIRST_SLICE = 32  # rows for each worker
LEAST_LEFT = 0.1  # of the budget; with less left, no further slice begins


def facts(recommended: str = "") -> Strategy:
    """Return the facts about a way to score that has no ``bench_train``, and so scores with the reference model.

    Args:
        recommended: The use that its documentation recommends it for.
    """
    return Strategy(
        family="mlp",
        needs=("pyspark", "tensorflow", "tf_keras", "pandas", "pyarrow"),
        install="tf-spark-bench[tensorflow,spark]",
        distributed=True,
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=inputs.MOST_CATEGORIES,
        recommended=recommended,
    )


def settings(trial: Trial) -> dict[str, str]:
    """Return the settings of Spark for as many tasks at once as there are workers.

    Args:
        trial: The trial.
    """
    threads = trial.threads_per_worker
    found = {
        # A worker's Python gets this as its number of OpenMP threads.
        "spark.task.cpus": str(threads),
        "spark.sql.files.minPartitionNum": str(PARTITIONS_PER_WORKER * trial.workers),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(RECORDS_PER_BATCH),
        # Columns as they come help sources of Arrow's own; Parquet's are copied once more (Spark 4.2 and later, on by
        # default): on 2 million rows of 28 features `udf_pandas_iter` was 14 % slower with it (medians of 2).
        "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
    }
    if is_local(trial.master):
        # Cores that are no multiple of the workers would make room for one more.
        found["spark.master"] = f"local[{trial.workers * threads}]"
    return found


def start(trial: Trial) -> SparkSession:
    """Start Spark with a task slot for each worker, and import the model's framework in each one's Python: set-up.

    Args:
        trial: The trial.
    """
    import pyspark.ml.functions  # noqa: F401 - with pandas; here, so that it does not count as scoring

    threads, framework = trial.threads_per_worker, framework_of(trial.model) if trial.model else KERAS
    trial.note("model_framework", framework)
    import_framework = import_torch if framework == TORCH else import_tensorflow
    spark = start_spark(trial, settings(trial))

    def start_python(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import_libraries(threads)
        import_framework(threads)
        yield from batches

    # An import takes long enough for every slot to be given a task, and so a Python of its own.
    started = spark.range(0, trial.workers, 1, trial.workers).mapInArrow(start_python, "id long")
    if not hadoop.reads(spark, trial.dataset):
        started = started.mapInArrow(start_python, "id long")  # one Python reads for another that scores
    with spark_errors(SPARK_FAILED):
        started.collect()
    return spark


def read(trial: Trial, spark: SparkSession) -> DataFrame:
    """Return row ids and features of all rows that the trial scores.

    Args:
        trial: The trial.
        spark: The session.
    """
    return frames.read(spark, trial.dataset, *trial.splits_to_score, label=False)


def to_series(scores: np.ndarray) -> pd.Series:
    """Return scores as pandas hands them to Spark: numbers, or for several classes an array for each row.

    Args:
        scores: float32 of shape (rows,), or (rows, classes).
    """
    import pandas as pd

    return pd.Series(scores if scores.ndim == 1 else list(scores))


def write(trial: Trial, shipped: ShippedModel, scored: DataFrame) -> Path:
    """Compute a data frame of ``row_id`` and ``score``, write it, and return the directory.

    Args:
        trial: The trial.
        shipped: The model; the seconds of loading and compiling it become inner phases of the trial.
        scored: The scores.
    """
    path = gather.write(trial, scored)
    if shipped.cold.value:
        load, compile_ = zip(*shipped.cold.value, strict=True)
        trial.ranks("load", load)
        trial.ranks("compile", compile_)
    return path


def write_column(trial: Trial, spark: SparkSession, shipped: ShippedModel, score: Column) -> Path:
    """Score every row, write the scores, and return the directory.

    Args:
        trial: The trial.
        spark: The session.
        shipped: The model.
        score: The score of a row, out of the columns of `read`.
    """
    return write(trial, shipped, read(trial, spark).select("row_id", score.alias("score")))


def write_within_budget(trial: Trial, spark: SparkSession, shipped: ShippedModel, score: Column) -> Path:
    """Score one slice of rows after another until all are done, or the budget is nearly spent; return the directory.

    A slice is as many rows as four fifths of the time that is left would do at the last slice's rate. The record says
    how many rows were scored.

    Args:
        trial: Gives the budget.
        spark: The session.
        shipped: The model.
        score: The score of a row, out of the columns of `read`.
    """
    from pyspark.sql.functions import col

    everything, total = read(trial, spark), trial.dataset.rows
    deadline = time.monotonic() + trial.budget_s
    done, size, left = 0, FIRST_SLICE * trial.workers, trial.budget_s
    while done < total and left > LEAST_LEFT * trial.budget_s:
        began = time.monotonic()
        end = min(done + size, total)
        # Row ids that follow each other lie in one file: each worker is given its part.
        part = everything.where((col("row_id") >= done) & (col("row_id") < end)).repartition(trial.workers)
        path = write(trial, shipped, part.select("row_id", score.alias("score")))
        left = deadline - time.monotonic()
        size, done = max(1, int((end - done) / (time.monotonic() - began) * left * 0.8)), end
    if done < total:
        trial.measure("rows_scored", done)
    return path
