"""Rows on their way through Spark: a row is one string of bytes, with the columns by which Spark sorts it beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.datasets.format.hashing import GOLDEN, Words, finalise
from bench.datasets.makers.shuffle import PackedRows, packed_row_type
from bench.datasets.makers.shuffled import row_keys

COLUMNS = "part int, key long, copies int, row binary"
"""The columns, for Spark: the range of keys, the key as a signed number, equal rows that this one stands for, bytes."""

_SIGN = np.uint64(2**63)
_BATCH_ROWS, _BATCH_BYTES = 65_536, 2**25


def rows_at_once(row: np.dtype) -> int:
    """Return how many rows one batch holds.

    Args:
        row: Type of a row, out of `bench.datasets.makers.shuffle.packed_row_type`.
    """
    return max(1, min(_BATCH_ROWS, _BATCH_BYTES // row.itemsize))


def pack(columns: NDArray[np.float32], beside: int, test: NDArray[np.bool_] | None) -> PackedRows:
    """Return rows with their keys.

    Args:
        columns: float32 of shape (columns, rows), NaN where missing; changed in place.
        beside: How many columns stand before the features.
        test: The rows for testing, if they are marked.
    """
    keys, test = row_keys(columns, beside, test)
    packed = np.empty(len(keys), packed_row_type(len(columns)))
    packed["key"], packed["test"], packed["values"] = keys, test, columns.T
    return packed


def to_arrow(packed: PackedRows, copies: NDArray[np.int64], parts: int) -> pa.RecordBatch:
    """Return rows as Arrow, with the columns of `COLUMNS`.

    Args:
        packed: The rows, of shape (rows,).
        copies: How many equal rows each stands for: int64 of shape (rows,).
        parts: Number of ranges; keys are spread evenly, so that ranges of equal width have about equally many rows.
    """
    keys, size = packed["key"], packed.dtype.itemsize
    places = np.arange(len(packed) + 1, dtype=np.int32) * np.int32(size)
    content = pa.py_buffer(np.ascontiguousarray(packed).view(np.uint8))
    arrays = [
        pa.array(((keys >> np.uint64(32)) * np.uint64(parts) >> np.uint64(32)).astype(np.int32)),
        pa.array((keys ^ _SIGN).view(np.int64)),
        pa.array(copies.astype(np.int32)),
        pa.Array.from_buffers(pa.binary(), len(packed), [None, pa.py_buffer(places), content]),
    ]
    return pa.RecordBatch.from_arrays(arrays, ["part", "key", "copies", "row"])


def from_arrow(batch: pa.RecordBatch, row: np.dtype) -> tuple[PackedRows, NDArray[np.int64]]:
    """Return the rows of a batch, which cannot be written to, and how many equal rows each stands for.

    Args:
        batch: Out of `to_arrow`, by way of Spark.
        row: Type of a row.
    """
    column = batch.column("row")
    _, places, content = column.buffers()
    first = int(np.frombuffer(places, np.int32)[column.offset]) if len(column) else 0
    packed = np.frombuffer(content, np.uint8, len(column) * row.itemsize, first).view(row)
    return packed, batch.column("copies").to_numpy().astype(np.int64)


def combine(packed: PackedRows) -> tuple[PackedRows, NDArray[np.int64]]:
    """Return rows sorted by key, of equal ones only one, and how many each stands for.

    So few different rows are few for Spark too, however often each occurs.
    """
    packed = packed[np.argsort(packed["key"], kind="stable")]
    equal = np.flatnonzero(packed["key"][1:] == packed["key"][:-1])
    content = packed.view(np.uint8).reshape(len(packed), packed.dtype.itemsize)
    equal = equal[(content[equal] == content[equal + 1]).all(axis=1)]
    first = np.ones(len(packed), bool)
    first[equal + 1] = False
    places = np.flatnonzero(first)
    return packed[places], np.diff(np.r_[places, len(packed)])


def expand(batches: Iterable[pa.RecordBatch], row: np.dtype) -> Iterator[tuple[PackedRows, NDArray[np.int64]]]:
    """Give every row, equal ones side by side, in portions, and how many rows of the same key came before each.

    Args:
        batches: Rows sorted by key, out of `to_arrow`.
        row: Type of a row.
    """
    last, seen, most = None, 0, rows_at_once(row)
    for batch in batches:
        packed, copies = from_arrow(batch, row)
        if not len(packed):
            continue
        before = _copies_before(packed["key"], copies)
        if packed["key"][0] == last:
            before[packed["key"] == last] += seen
        last, seen = packed["key"][-1], int(before[-1] + copies[-1])
        ends = np.cumsum(copies)
        for start in range(0, int(ends[-1]), most):
            places = np.arange(start, min(start + most, int(ends[-1])))
            at = np.searchsorted(ends, places, side="right")
            yield packed[at], before[at] + places - (ends - copies)[at]


def spread(packed: PackedRows, before: NDArray[np.int64]) -> PackedRows:
    """Give rows of one key different keys, as `bench.datasets.makers.shuffle.Shuffle` does; change them in place."""
    again = before > 0
    packed["key"][again] = finalise(packed["key"][again] + before[again].astype(np.uint64) * GOLDEN)
    return packed


def _copies_before(keys: Words, copies: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many rows of the same key, in this batch, come before each."""
    starts = np.r_[True, keys[1:] != keys[:-1]]
    all_before = np.cumsum(copies) - copies
    before: NDArray[np.int64] = all_before - all_before[starts][np.cumsum(starts) - 1]
    return before
