"""Brings scores from executors to the driver through Spark, in bounded pieces: no host shares a disk with another.

The scores are computed on all executors at once and kept on their disks; then one small job after another fetches a
few pieces, so that the driver's memory does not grow with the rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import PredictionWriter
from bench.rows import reading
from bench.spark import conf
from bench.stores import keys, traffic
from bench.stores.keys import Keys
from strategies.lib.ranks.threads import set_threads
from strategies.lib.spark import hadoop, source
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.accumulators import Accumulator
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import DataFrame, SparkSession

    from bench import Trial

ROWS_OF_A_PIECE = 65_536  # 12 bytes each
PIECES_AT_ONCE = 16
PARTITIONS_PER_WORKER = 4


def write(trial: Trial, scored: DataFrame) -> Path:
    """Write a data frame of ``row_id`` and ``score``, which is what computes it, and return the directory.

    May be called again for more rows. In local mode Spark writes them itself.

    Args:
        trial: The trial.
        scored: The scores.

    Raises:
        RankError: They could not be computed.
    """
    with spark_errors(SPARK_FAILED):
        return _by_spark(trial, scored) if conf.is_local(trial.master) else _by_driver(trial, scored)


def _by_spark(trial: Trial, scored: DataFrame) -> Path:
    path = trial.scratch / "predictions"
    scored.write.mode("append").parquet(hadoop.uri(str(path)))
    return path


def _by_driver(trial: Trial, scored: DataFrame) -> Path:
    from pyspark import StorageLevel

    rows = scored.selectExpr("cast(row_id as long)", "cast(score as float)").mapInArrow(packed, "piece binary")
    rows.persist(StorageLevel.DISK_ONLY)
    jobs = math.ceil(rows.count() / PIECES_AT_ONCE)
    small = rows if jobs <= rows.rdd.getNumPartitions() else rows.repartition(jobs)
    path = _written(trial, (row.piece for row in small.toLocalIterator(prefetchPartitions=True)))
    rows.unpersist()
    return path


def _written(trial: Trial, fetched: Iterator[bytes]) -> Path:
    """Write pieces as they come to one more file of the directory, and return that."""
    import pyarrow as pa

    path = trial.scratch / "predictions"
    path.mkdir(exist_ok=True)
    with PredictionWriter(path / f"part-{len(list(path.iterdir())):05}.parquet") as predictions:
        for piece in fetched:
            table = pa.ipc.open_stream(piece).read_all()
            predictions.write(table.column(0), table.column(1))
    return path


def packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Turn scores into rows of one binary column, each of which holds one of their `pieces`."""
    import pyarrow as pa

    for piece in pieces(batches):
        yield pa.RecordBatch.from_pydict({"piece": pa.array([piece], pa.binary())})


def pieces(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """Turn scores into Arrow streams of so many rows that each is worth its way."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= ROWS_OF_A_PIECE:
            yield _piece(held)
            held = []
    if any(map(len, held)):
        yield _piece(held)


def _piece(batches: list[pa.RecordBatch]) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    table = pa.Table.from_batches(batches).combine_chunks()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def score(trial: Trial, spark: SparkSession, load: Broadcast[Callable[[int], Callable[[Any], Any]]]) -> Path:
    """Score rows where they are read, on all executors, and return the directory of the scores.

    Not by way of a data frame, for which Spark would start other Python processes than those that are there.

    Args:
        trial: The trial.
        spark: The session.
        load: Takes a number of threads and returns what turns features into probabilities.
    """
    from pyspark import StorageLevel

    rows = {"train": trial.dataset.train_rows, "test": trial.dataset.test_rows}
    jobs = math.ceil(sum(rows[split] for split in trial.splits_to_score) / (PIECES_AT_ONCE * ROWS_OF_A_PIECE))
    number = max(PARTITIONS_PER_WORKER * trial.workers, jobs)
    scorer = _Scorer(trial, load, number, keys.of_driver(trial.dataset), source.counter(spark))
    scored = spark.sparkContext.parallelize(range(number), number).mapPartitions(scorer)
    scored.persist(StorageLevel.DISK_ONLY)
    with spark_errors():
        scored.count()
        path = _written(trial, scored.toLocalIterator(prefetchPartitions=True))
    scored.unpersist()
    return path


@dataclass(frozen=True)
class _Scorer:
    """What a Python worker calls: numbers of shards in, `pieces` of the scores of their rows out."""

    trial: Trial
    load: Broadcast[Callable[[int], Callable[[Any], Any]]]
    shards: int
    keys: Keys
    traffic: Accumulator[tuple[int, int]]

    def __call__(self, shards: Iterator[int]) -> Iterator[bytes]:
        self.keys.use()
        traffic.own.taken()
        set_threads(self.trial.threads_per_worker)
        predict = self.load.value(self.trial.threads_per_worker)
        for shard in shards:
            yield from pieces(self._scored(shard, predict))
        self.traffic.add(traffic.own.taken())

    def _scored(self, shard: int, predict: Callable[[Any], Any]) -> Iterator[pa.RecordBatch]:
        import numpy as np
        import pyarrow as pa

        dataset = self.trial.dataset
        for split in self.trial.splits_to_score:
            mine = reading.shard(source.planned(dataset, split), shard, self.shards)
            for row_ids, features in reading.batches(dataset, split, groups=mine):
                scores = np.asarray(predict(features), np.float32).reshape(-1)
                yield pa.RecordBatch.from_arrays([pa.array(row_ids), pa.array(scores)], names=["row_id", "score"])
