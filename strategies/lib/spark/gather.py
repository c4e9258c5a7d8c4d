"""Brings scores from executors to the driver through Spark, in bounded pieces: no host shares a disk with another.

The scores are computed on all executors at once and kept on their disks; then one small job after another fetches a
few pieces, so that the driver's memory does not grow with the rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench import PredictionWriter
from bench.rows import width
from bench.spark import is_local
from strategies.lib.spark import hadoop
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from bench import Dataset, Trial

BYTES_OF_A_PIECE = 12 * 65_536  # a row id and a score take 12
PIECES_AT_ONCE = 16


def score_type(dataset: Dataset) -> str:
    """Return Spark's type of the column ``score``: a number, or one for each class.

    Args:
        dataset: Gives the kind of problem.
    """
    return "array<float>" if width(dataset) else "float"


def score_bytes(dataset: Dataset) -> int:
    """Return the bytes of a row id and what is predicted for the row.

    Args:
        dataset: Gives the kind of problem.
    """
    return 8 + 4 * max(1, width(dataset))


def write(trial: Trial, scored: DataFrame) -> Path:
    """Compute a data frame of ``row_id`` and ``score``, write it, and return the directory.

    May be called again for more rows. In local mode Spark writes them itself.

    Args:
        trial: The trial.
        scored: The scores.

    Raises:
        RankError: They could not be computed.
    """
    with spark_errors(SPARK_FAILED):
        return _write_by_spark(trial, scored) if is_local(trial.master) else _write_by_driver(trial, scored)


def _write_by_spark(trial: Trial, scored: DataFrame) -> Path:
    path = trial.scratch / "predictions"
    scored.write.mode("append").parquet(hadoop.uri(str(path)))
    return path


def _write_by_driver(trial: Trial, scored: DataFrame) -> Path:
    from pyspark import StorageLevel

    wanted = scored.selectExpr("cast(row_id as long)", f"cast(score as {score_type(trial.dataset)})")
    rows = wanted.mapInArrow(pack, "piece binary")
    rows.persist(StorageLevel.DISK_ONLY)
    jobs = math.ceil(rows.count() / PIECES_AT_ONCE)
    small = rows if jobs <= rows.rdd.getNumPartitions() else rows.repartition(jobs)
    path = write_pieces(trial, (row.piece for row in small.toLocalIterator(prefetchPartitions=True)))
    rows.unpersist()
    return path


def write_pieces(trial: Trial, fetched: Iterator[bytes]) -> Path:
    """Write pieces, as they come, to one more file of the directory of scores, and return the directory.

    Args:
        trial: Gives the scratch directory.
        fetched: The pieces, out of `pieces`.
    """
    import pyarrow as pa

    path = trial.scratch / "predictions"
    path.mkdir(exist_ok=True)
    classes = width(trial.dataset)
    with PredictionWriter(path / f"part-{len(list(path.iterdir())):05}.parquet", classes) as predictions:
        for piece in fetched:
            row_ids, scores = (column.combine_chunks() for column in pa.ipc.open_stream(piece).read_all().columns)
            predictions.write(row_ids, scores.flatten().to_numpy().reshape(-1, classes) if classes else scores)
    return path


def to_column(scores: np.ndarray) -> pa.Array:
    """Return scores as an Arrow column of Spark's type for them.

    Args:
        scores: float32 of shape (rows,), or (rows, classes).
    """
    import numpy as np
    import pyarrow as pa

    if scores.ndim == 1:
        return pa.array(scores)
    offsets = np.arange(0, scores.size + 1, scores.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(offsets, scores.reshape(-1))


def pack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Turn scores into rows of one binary column, each of which holds one of their `pieces`.

    Args:
        batches: Row ids and scores.
    """
    import pyarrow as pa

    for piece in pieces(batches):
        yield pa.RecordBatch.from_pydict({"piece": pa.array([piece], pa.binary())})


def pieces(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """Turn scores into Arrow streams, each with enough rows to be worth a message.

    Args:
        batches: Row ids and scores.
    """
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(each.nbytes for each in held) >= BYTES_OF_A_PIECE:
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
