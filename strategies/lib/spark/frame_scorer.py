"""Scores rows that a pipeline holds as a data frame of Spark, where they are, and brings the scores to the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.ranks.threads import set_threads
from strategies.lib.spark import frames, gather

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from pyspark.core.broadcast import Broadcast

    from bench import Trial


def score(trial: Trial, load: Broadcast[Callable[[int], Callable[[Any], Any]]]) -> Path:
    """Score a trial's rows, and return the directory of their scores.

    Args:
        trial: The trial, whose dataset this process holds as a data frame.
        load: Takes a number of threads and returns a function that turns features into scores.

    Raises:
        RankError: A job of Spark failed.
    """
    dataset = trial.dataset
    wanted = rows.held(dataset).where(frames.condition(trial.splits_to_score))
    wanted = wanted.select("row_id", *(f"`{name}`" for name in dataset.features))
    scorer = _FrameScorer(load, trial.threads_per_worker)
    return gather.write(trial, wanted.mapInArrow(scorer, f"row_id long, score {gather.score_type(dataset)}"))


@dataclass(frozen=True)
class _FrameScorer:
    """A function for Spark's Python workers: row ids and features in, row ids and scores out."""

    load: Broadcast[Callable[[int], Callable[[Any], Any]]]
    threads: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import numpy as np
        import pyarrow as pa

        set_threads(self.threads)
        predict = self.load.value(self.threads)
        for batch in batches:
            row_ids, *features = batch.columns
            if len(row_ids):
                matrix = rows.aligned_matrix([column.to_numpy() for column in features])
                scores = gather.to_column(np.asarray(predict(matrix), np.float32))
                yield pa.RecordBatch.from_arrays([row_ids, scores], names=["row_id", "score"])
