"""Reads the rows of a barrier stage's ranks and scores them where they are read: no row goes through the driver."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import rows
from bench.spark import is_local
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import barrier, frame_scorer, scorer

if TYPE_CHECKING:
    import numpy as np
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import SparkSession

    from bench import Trial
    from strategies.lib.spark.barrier import Rank


def read(rank: Rank, trial: Trial) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Read a rank's features, labels and weights of the train split, as the lap ``load``.

    Args:
        rank: The rank.
        trial: The trial.

    Raises:
        RankError: There are more ranks than rows.
    """
    mine = rows.open(trial.dataset, "train").shard(rank.index, rank.world)
    if not mine.rows:
        raise RankError("There is no row for it: ask for fewer with --workers.")
    found = mine.matrix(trial.threads_per_worker)
    rank.laps.end("load")
    return found


def score(trial: Trial, spark: SparkSession, load: Callable[[int], Callable[[Any], Any]]) -> Path:
    """Score rows where they are read, a shard and a Parquet file for each rank, and return the directory.

    On a cluster, where a rank's file would lie on its own host, the scores come back through Spark.

    Args:
        trial: The trial.
        spark: The session, out of `barrier.start`.
        load: Takes a number of threads and returns a function that turns features into scores; a function of a
            module's top level, or a `partial` of one that holds the model.
    """
    # Broadcast separately: Spark writes closures above 1 MB to disk, and this closure holds credentials.
    shipped = spark.sparkContext.broadcast(load)
    if not is_local(trial.master):
        handed_over = rows.held(trial.dataset) is not None
        return frame_scorer.score(trial, shipped) if handed_over else scorer.score(trial, spark, shipped)
    path = trial.scratch / "predictions"
    path.mkdir()
    barrier.run(trial, spark, partial(_score, shipped, path), *trial.splits_to_score)
    return path


def _score(load: Broadcast[Callable[[int], Callable[[Any], Any]]], path: Path, rank: Rank, trial: Trial) -> None:
    predict = load.value(trial.threads_per_worker)
    rows.write_scores(trial, predict, path / f"part-{rank.index:05}.parquet", rank.index, rank.world)
