"""What all ways of scoring in Spark's Python workers share: the model on its way there, rows in and scores out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import Strategy
from bench.rows import reading
from bench.spark import conf
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network
from strategies.lib.spark import frames, gather, hadoop
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import start_spark

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyspark.accumulators import Accumulator
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import Column, DataFrame, SparkSession

    from bench import Trial

ARCHIVE = "saved_model.zip"  # what a SavedModel's directory travels as
RECORDS_PER_BATCH = 16_384
PARTITIONS_PER_WORKER = 4  # so that no worker waits long for the last one
FIRST_SLICE = 32  # rows for each worker
LEAST_LEFT = 0.1  # of the budget, for which no further slice begins

_ready: dict[
    tuple[str, str], Callable[[Any], np.ndarray]
] = {}  # of this Python worker, which Spark uses again and again


def facts(recommended: str = "") -> Strategy:
    """Return the facts about a way to score that has no ``bench_train``, and so scores with the reference model.

    Args:
        recommended: What its documentation recommends it for.
    """
    return Strategy(
        family="mlp",
        needs=("pyspark", "tensorflow", "tf_keras", "pandas", "pyarrow"),
        install="tf-spark-bench[tensorflow,spark]",
        distributed=True,
        recommended=recommended,
    )


def settings(trial: Trial) -> dict[str, str]:
    """Return what Spark is told for as many tasks at once as there are workers.

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
    if conf.is_local(trial.master):
        # Cores that are no multiple of the workers would make room for one more.
        found["spark.master"] = f"local[{trial.workers * threads}]"
    return found


def start(trial: Trial) -> SparkSession:
    """Start Spark with a task slot for each worker, and import TensorFlow in each one's Python, which is set-up.

    Args:
        trial: The trial.
    """
    threads = trial.threads_per_worker
    spark = start_spark(trial, settings(trial))

    def start_python(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        reading.start(threads)
        network.start(threads)
        yield from batches

    # An import takes long enough for every slot to be given a task, and so a Python of its own.
    started = spark.range(0, trial.workers, 1, trial.workers).mapInArrow(start_python, "id long")
    if not hadoop.reads(spark, trial.dataset.path):
        started = started.mapInArrow(start_python, "id long")  # then one Python reads for another that scores
    with spark_errors(SPARK_FAILED):
        started.collect()
    return spark


@dataclass(frozen=True)
class Shipped:
    """A model on its way to Spark's Python workers, each of which loads it once.

    Attributes:
        content: The model's file, broadcast: it travels once to each host.
        name: The file's name; a directory travels as a zip archive.
        key: What tells it from another model.
        features: Names of its features, in their order.
        threads: Threads of each worker.
        cold: What loading it and the first call took each worker, in seconds.
    """

    content: Broadcast[bytes]
    name: str
    key: str
    features: tuple[str, ...]
    threads: int
    cold: Accumulator[list[tuple[float, float]]]

    def compiled(self) -> Callable[[Any], np.ndarray]:
        """Return this worker's compiled function, see `model.compiled`."""
        return self._prepared(model_file.compiled)

    def by_predict(self) -> Callable[[Any], np.ndarray]:
        """Return this worker's ``model.predict``, see `model.by_predict`."""
        return self._prepared(model_file.by_predict)

    def _prepared(self, build: Callable[[Any, int], Callable[[Any], np.ndarray]]) -> Callable[[Any], np.ndarray]:
        import numpy as np

        key = (self.key, build.__name__)
        if key not in _ready:
            began = time.monotonic()
            score = build(self._load(), len(self.features))
            loaded = time.monotonic()
            score(np.zeros((1, len(self.features)), np.float32))
            self.cold.add([(loaded - began, time.monotonic() - loaded)])
            _ready[key] = score
        return _ready[key]

    def _load(self) -> Any:
        network.start(self.threads)
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, self.name)
            path.write_bytes(self.content.value)
            return model_file.load(_unpacked(path))


def _unpacked(path: Path) -> Path:
    if path.name != ARCHIVE:
        return path
    import shutil

    shutil.unpack_archive(path, path.with_suffix(""))
    return path.with_suffix("")


def ship(trial: Trial, spark: SparkSession, model: Path) -> Shipped:
    """Broadcast a model.

    Args:
        trial: The trial.
        spark: The session.
        model: The model's file or directory.
    """
    import shutil

    from pyspark.accumulators import AccumulatorParam

    class Lists(AccumulatorParam):  # type: ignore[misc]
        def zero(self, value: list[Any]) -> list[Any]:
            return value[:0]

        def addInPlace(self, one: list[Any], other: list[Any]) -> list[Any]:  # noqa: N802 - Spark's name
            return one + other

    context = spark.sparkContext
    if model.is_dir():
        model = Path(shutil.make_archive(str(trial.scratch / "saved_model"), "zip", model))
    return Shipped(
        content=context.broadcast(model.read_bytes()),
        name=model.name,
        key=f"{model}:{model.stat().st_mtime_ns}",
        features=tuple(frames.feature_columns(trial.dataset)),
        threads=trial.threads_per_worker,
        cold=context.accumulator([], Lists()),
    )


def rows(trial: Trial, spark: SparkSession) -> DataFrame:
    """Return row ids and features of all rows that are to be scored."""
    return frames.read(spark, trial.dataset, *trial.splits_to_score, label=False)


def write(trial: Trial, shipped: Shipped, scored: DataFrame) -> Path:
    """Write a data frame of ``row_id`` and ``score``, which is what computes it, and return the directory.

    Args:
        trial: The trial.
        shipped: The model; what loading it took becomes an inner phase of the trial.
        scored: The scores.
    """
    path = gather.write(trial, scored)
    if shipped.cold.value:
        load, compile_ = zip(*shipped.cold.value, strict=True)
        trial.ranks("load", load)
        trial.ranks("compile", compile_)
    return path


def write_column(trial: Trial, spark: SparkSession, shipped: Shipped, score: Column) -> Path:
    """Write the score of every row, given as a column of `rows`' columns; see `write`."""
    return write(trial, shipped, rows(trial, spark).select("row_id", score.alias("score")))


def write_within_budget(trial: Trial, spark: SparkSession, shipped: Shipped, score: Column) -> Path:
    """Score one slice of rows after another until all are done, or the budget is nearly spent; return the directory.

    A slice is as many rows as the last one's rate lets hope for in four fifths of the time that is left. The record
    says how many rows were scored.

    Args:
        trial: Gives the budget.
        spark: The session.
        shipped: The model.
        score: The score of a row, out of `rows`' columns.
    """
    from pyspark.sql.functions import col

    everything, total = rows(trial, spark), trial.dataset.rows
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
        trial.note("rows_scored", done)
    return path
