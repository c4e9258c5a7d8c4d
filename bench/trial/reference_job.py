"""Scores the rows of a dataset in a store by a Spark job, with the code that scores them in one process.

Each task reads whole row groups and scores the same batches of them. What comes back is in the order of the rows, so
that the predictions are those of one process, byte for byte.
"""

from __future__ import annotations

import importlib
import io
import math
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.datasets.format.manifest import SPLITS
from bench.datasets.makers.cluster.request import SESSIONS
from bench.rows.predictions import width
from bench.stores.keys import of_driver
from bench.trial import plain_rows

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast

    from bench.datasets.makers.cluster.request import SparkPlace
    from bench.model import Dataset
    from bench.rows.predictions import PredictionWriter
    from bench.stores.keys import Keys

BYTES_OF_A_TASK = 2**24  # of scores, more or less: the driver holds those of one or two tasks


def write_scores(predictions: PredictionWriter, place: SparkPlace, module: str, model: Path, dataset: Dataset) -> None:
    """Score every row by a Spark job, and write the scores.

    The scores are computed on all executors at once and kept on their disks; the driver then fetches those of one task
    after another, so that its memory does not grow with the rows.

    Args:
        predictions: Takes them.
        place: Where Spark runs.
        module: Name of the module that loads models.
        model: The model's file or directory.
        dataset: The dataset, whose rows lie where every executor reads them.

    Raises:
        ModelError: Of that module: the model's answers are not of the dataset's kind of problem.
        RankError: Of Spark's module: Spark does not start, or the job failed.
    """
    from pyspark import StorageLevel

    sessions, spark = importlib.import_module(SESSIONS), None
    parts = max(place.cores, math.ceil(dataset.rows * (8 + 4 * max(1, width(dataset))) / BYTES_OF_A_TASK))
    with tempfile.TemporaryDirectory(prefix="bench-reference-") as scratch:
        try:
            spark = sessions.start(place, dataset, Path(scratch, "spark"), "bench reference")
            # Apart from the task itself: Spark makes a file of a large one, and this one has keys in it.
            content = spark.sparkContext.broadcast(_pack(model))
            scorer = _ReferenceScorer(module, content, model.name, dataset, parts, of_driver(dataset))
            scored = spark.sparkContext.parallelize(range(parts), parts).mapPartitions(scorer)
            scored.persist(StorageLevel.DISK_ONLY)
            with sessions.job_errors():
                scored.count()
                for row_ids, scores in scored.toLocalIterator(prefetchPartitions=True):
                    predictions.write(row_ids, scores)
        except sessions.RankError as error:
            if found := re.search("ModelError: (.+)", str(error)):
                raise importlib.import_module(module).ModelError(found[1]) from error
            raise
        finally:
            sessions.stop_spark(spark)


@dataclass(frozen=True)
class _ReferenceScorer:
    """A function for Python workers: numbers of parts in, row ids and scores of each batch of their rows out."""

    module: str
    content: Broadcast[bytes]
    name: str
    dataset: Dataset
    parts: int
    keys: Keys

    def __call__(self, numbers: Iterator[int]) -> Iterator[tuple[Any, Any]]:
        self.keys.use()
        with tempfile.TemporaryDirectory(prefix="bench-reference-") as directory:
            zipfile.ZipFile(io.BytesIO(self.content.value)).extractall(directory)
            # One thread: Spark runs as many tasks as there are cores.
            score = importlib.import_module(self.module).load(Path(directory, self.name), self.dataset, 1)
        for number in numbers:
            for row_ids, rows in plain_rows.batches(self.dataset, *SPLITS, part=number, parts=self.parts):
                yield row_ids, score(rows)


def _pack(model: Path) -> bytes:
    """Return a zip archive with a model's file, or its directory."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", strict_timestamps=False) as archive:
        for path in [model, *sorted(model.rglob("*"))]:
            archive.write(path, path.relative_to(model.parent))
    return content.getvalue()
