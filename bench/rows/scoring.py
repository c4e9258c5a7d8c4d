"""Writes the predictions of a trial: one loop for every strategy that scores what our own reader gives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import PredictionWriter
from bench.rows import reading

if TYPE_CHECKING:
    from bench import Trial


def write(trial: Trial, path: Path, predict: Callable[[Any], Any], rank: int = 0, world: int = 1) -> Path:
    """Score a rank's rows of the trial's splits, in batches, write them to a Parquet file and return its path.

    Args:
        trial: The trial.
        path: Path of the file.
        predict: Turns features, float32 of shape (rows, features), into probabilities.
        rank: The rank, from 0.
        world: Number of ranks.
    """
    with PredictionWriter(path) as predictions:
        for split in trial.splits_to_score:
            mine = reading.shard(reading.row_groups(trial.dataset, split), rank, world)
            for row_ids, features in reading.batches(trial.dataset, split, groups=mine):
                predictions.write(row_ids, predict(features))
    return path
