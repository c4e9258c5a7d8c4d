"""Scores rows where they are read, on all executors of a cluster, with a function that is sent to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.ranks.threads import set_threads
from strategies.lib.spark.failures import spark_errors
from strategies.lib.spark.gather import (
    BYTES_OF_A_PIECE,
    PIECES_AT_ONCE,
    pieces,
    score_bytes,
    to_column,
    write_pieces,
)
from strategies.lib.spark.workers import open_once, traffic_counter

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.accumulators import Accumulator
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import SparkSession

    from bench import Trial
    from bench.rows import Keys

SHARDS_PER_WORKER = 4


def score(trial: Trial, spark: SparkSession, load: Broadcast[Callable[[int], Callable[[Any], Any]]]) -> Path:
    """Score a trial's rows, bring the scores to the driver, and return their directory.

    It uses no data frame, because Spark would start more Python processes for one.

    Args:
        trial: The trial.
        spark: The session.
        load: Takes a number of threads and returns a function that turns features into scores.

    Raises:
        RankError: A job of Spark failed.
    """
    from pyspark import StorageLevel

    number_of = {"train": trial.dataset.train_rows, "test": trial.dataset.test_rows}
    scores = score_bytes(trial.dataset) * sum(number_of[split] for split in trial.splits_to_score)
    jobs = math.ceil(scores / (PIECES_AT_ONCE * BYTES_OF_A_PIECE))
    number = max(SHARDS_PER_WORKER * trial.workers, jobs)
    scorer = _Scorer(trial, load, number, rows.driver_keys(trial.dataset), traffic_counter(spark))
    scored = spark.sparkContext.parallelize(range(number), number).mapPartitions(scorer)
    scored.persist(StorageLevel.DISK_ONLY)
    with spark_errors():
        scored.count()
        path = write_pieces(trial, scored.toLocalIterator(prefetchPartitions=True))
    scored.unpersist()
    return path


@dataclass(frozen=True)
class _Scorer:
    """A function for Python workers: numbers of shards in, `pieces` of the scores of their rows out."""

    trial: Trial
    load: Broadcast[Callable[[int], Callable[[Any], Any]]]
    shards: int
    keys: Keys
    traffic: Accumulator[tuple[int, int]]

    def __call__(self, shards: Iterator[int]) -> Iterator[bytes]:
        self.keys.use()
        rows.take_traffic()
        set_threads(self.trial.threads_per_worker)
        predict = self.load.value(self.trial.threads_per_worker)
        for shard in shards:
            yield from pieces(self._score(shard, predict))
        self.traffic.add(rows.take_traffic())

    def _score(self, shard: int, predict: Callable[[Any], Any]) -> Iterator[pa.RecordBatch]:
        import numpy as np
        import pyarrow as pa

        for split in self.trial.splits_to_score:
            for row_ids, features in open_once(self.trial.dataset, split).shard(shard, self.shards).batches():
                scores = to_column(np.asarray(predict(features), np.float32))
                yield pa.RecordBatch.from_arrays([pa.array(row_ids), scores], names=["row_id", "score"])
