"""Blocks of rows as trainers take them, out of Arrow's record batches, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bench.rows import aligned_matrix

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Block = tuple[np.ndarray, np.ndarray]

LABEL, MATRIX = "label", "features"
ROWS_AT_ONCE = 16_384


def of_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[Block]:
    """Yield features, float32 of shape (rows, features) in C order, and labels, float32 of shape (rows,).

    Args:
        batches: With the column ``label``, and beside it a column for each feature, or one column ``features`` of lists
            of one length, which is not copied. Empty ones are left out.
    """
    for batch in batches:
        if batch.num_rows:
            yield of_batch(batch)


def of_batch(batch: pa.RecordBatch) -> Block:
    """Return one record batch as features and labels; see `of_batches`."""
    import numpy as np

    labels = np.from_dlpack(batch.column(LABEL))
    names = [name for name in batch.schema.names if name != LABEL]
    if names == [MATRIX]:
        return np.from_dlpack(batch.column(MATRIX).flatten()).reshape(len(labels), -1), labels
    return aligned_matrix([np.from_dlpack(batch.column(name)) for name in names]), labels


def between(batches: Iterable[pa.RecordBatch], start: int, stop: int, at: int = 0) -> Iterator[pa.RecordBatch]:
    """Yield some of the rows of record batches that follow each other, without a copy.

    Args:
        batches: The record batches.
        start: The first row that is wanted.
        stop: The end.
        at: Number of the first row of the first batch.
    """
    for batch in batches:
        low, high = max(start, at), min(stop, at + batch.num_rows)
        if low < high:
            yield batch.slice(low - at, high - low)
        at += batch.num_rows


def to_batch(features: np.ndarray, labels: np.ndarray) -> pa.RecordBatch:
    """Return rows as a record batch of ``label`` and ``features``, in place; `of_batch` turns it back.

    Args:
        features: float32 of shape (rows, features) in C order.
        labels: float32 of shape (rows,).
    """
    import pyarrow as pa

    matrix = pa.FixedSizeListArray.from_arrays(pa.array(features.reshape(-1)), features.shape[1])
    return pa.RecordBatch.from_arrays([pa.array(labels), matrix], names=[LABEL, MATRIX])


def cut_matrix(features: np.ndarray, labels: np.ndarray) -> list[pa.RecordBatch]:
    """Return all rows of a matrix as record batches (`to_batch`), in place; one at least.

    Args:
        features: float32 of shape (rows, features) in C order.
        labels: float32 of shape (rows,).
    """
    starts = range(0, max(1, len(labels)), ROWS_AT_ONCE)
    return [to_batch(features[start : start + ROWS_AT_ONCE], labels[start : start + ROWS_AT_ONCE]) for start in starts]


def spans(counts: Sequence[int], rank: int, world: int) -> list[tuple[int, int, int]]:
    """Return a rank's share of pieces that follow each other: all ranks have equally many rows, give or take one.

    Args:
        counts: Rows of each piece.
        rank: The rank, from 0.
        world: Number of ranks.

    Returns:
        For each piece that the rank has a part of: its number, the first of its rows, and the end.
    """
    total, found, at = sum(counts), [], 0
    first, last = total * rank // world, total * (rank + 1) // world
    for number, count in enumerate(counts):
        start, stop = max(first, at), min(last, at + count)
        if start < stop:
            found.append((number, start - at, stop - at))
        at += count
    return found
