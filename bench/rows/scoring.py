"""Writes the predictions of a trial: one loop for every strategy that scores batches of our own reader."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows.predictions import PredictionWriter, width
from bench.rows.reading import open_rows

if TYPE_CHECKING:
    from bench.model import Trial


def write_scores(
    trial: Trial, predict: Callable[[Any], Any], path: Path | None = None, rank: int = 0, world: int = 1
) -> Path:
    """Score the trial's rows, or a rank's part of them, batch by batch, and write the scores to one Parquet file.

    While a batch is scored the next is read and the last is written, each in a thread: a model leaves cores idle
    between its steps.

    Args:
        trial: The trial; its ``splits_to_score`` are scored.
        predict: Turns features, float32 of shape (rows, features), into scores: numbers of shape (rows,) or (rows, 1),
            probabilities of class 1 or what a label may be; or, of several classes, probabilities of shape (rows,
            classes).
        path: Path of the file; ``predictions.parquet`` in the trial's scratch directory by default.
        rank: The rank, from 0.
        world: Number of ranks.

    Returns:
        Path of the file, which is what ``bench_predict`` returns.
    """
    import numpy as np

    batches = open_rows(trial.dataset, *trial.splits_to_score).shard(rank, world).batches()
    with (
        PredictionWriter(path or trial.scratch / "predictions.parquet", width(trial.dataset)) as predictions,
        ThreadPoolExecutor(1) as reader,
        ThreadPoolExecutor(1) as writer,
    ):
        coming = reader.submit(next, batches, None)
        written: Future[Any] = writer.submit(bool)  # nothing yet
        while batch := coming.result():
            coming = reader.submit(next, batches, None)
            row_ids, features = batch
            scores = np.array(predict(features), np.float32)  # a copy: a model may use its memory again
            written.result()
            written = writer.submit(predictions.write, row_ids, scores)
        written.result()
    return predictions.path
