"""Rows on their way through Spark: those of one bucket of keys as one string of bytes, so that Spark has few to move.

Ranges of keys are cut into buckets. Spark brings the strings of a range together and sorts them by bucket; rows inside
a bucket are sorted here, and no more than one bucket is held.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.datasets.format.hashing import GOLDEN, Words, finalise
from bench.datasets.makers.cluster.ranges import Ranges, row_type
from bench.datasets.makers.shuffle import PackedRows
from bench.datasets.makers.shuffled import row_keys

COLUMNS = "part int, bucket int, rows binary"
"""The columns, for Spark: the range of keys, the bucket in it, and rows, one after the other."""

_CONTENT = 3  # 32-bit words of a row before those by which rows are told apart
_PORTION_ROWS, _PORTION_BYTES = 65_536, 2**25


def pack(columns: NDArray[np.float32], beside: int, test: NDArray[np.bool_] | None) -> PackedRows:
    """Return rows with their keys.

    Args:
        columns: float32 of shape (columns, rows), NaN where missing; changed in place.
        beside: How many columns stand before the features.
        test: The rows for testing, if they are marked.
    """
    keys, test = row_keys(columns, beside, test)
    packed = np.empty(len(keys), row_type(len(columns)))
    packed["key"], packed["copies"], packed["test"], packed["values"] = keys, 1, test, columns.T
    return packed


def to_batches(portions: Iterable[PackedRows], ranges: Ranges) -> Iterator[pa.RecordBatch]:
    """Yield rows as Arrow, with the columns of `COLUMNS`; of equal ones among some megabytes of rows only one.

    So few different rows are few for Spark too, however often each occurs.

    Args:
        portions: Rows in any order.
        ranges: How their keys are cut.
    """
    most = ranges.held_rows
    held: list[PackedRows] = []
    for portion in portions:
        for start in range(0, len(portion), most):
            held.append(portion[start : start + most])
            if sum(map(len, held)) >= most:
                packed, held = combine(_sorted(held)), []
                yield from _cut(packed, ranges)
    if held:
        yield from _cut(combine(_sorted(held)), ranges)


def _cut(packed: PackedRows, ranges: Ranges) -> Iterator[pa.RecordBatch]:
    buckets = packed["key"] >> np.uint64(32)
    buckets *= np.uint64(ranges.parts * ranges.buckets)
    buckets >>= np.uint64(32)
    places = np.arange(len(packed))
    first = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
    since = places - np.repeat(first, np.diff(np.r_[first, len(packed)]))
    starts = np.flatnonzero(since % ranges.most_rows == 0)
    numbers, bounds = buckets[starts].astype(np.int64), np.r_[starts, len(packed)] * ranges.row.itemsize
    arrays = [
        pa.array((numbers // ranges.buckets).astype(np.int32)),
        pa.array((numbers % ranges.buckets).astype(np.int32)),
        pa.Array.from_buffers(
            pa.binary(), len(starts), [None, pa.py_buffer(bounds.astype(np.int32)), pa.py_buffer(_words(packed))]
        ),
    ]
    batch = pa.RecordBatch.from_arrays(arrays, ["part", "bucket", "rows"])
    for start in range(0, len(batch), ranges.strings_at_once):
        yield batch.slice(start, ranges.strings_at_once)


def sorted_buckets(batches: Iterable[pa.RecordBatch], row: np.dtype) -> Iterator[PackedRows]:
    """Yield the rows of one bucket after the other, sorted by key, and rows of one key always in one order.

    Args:
        batches: Out of `to_batches`, sorted by bucket.
        row: Type of a row.
    """
    held: list[PackedRows] = []
    last = None
    for batch in batches:
        buckets = batch.column("bucket").to_numpy()
        bounds = [0, *(np.flatnonzero(np.diff(buckets)) + 1).tolist(), len(batch)] if len(batch) else [0]
        for start, stop in itertools.pairwise(bounds):
            if held and buckets[start] != last:
                packed, held = _sorted(held), []
                yield packed
            last = buckets[start]
            held.append(_from_arrow(batch.column("rows").slice(start, stop - start), row))
    if held:
        yield _sorted(held)


def _from_arrow(strings: pa.BinaryArray, row: np.dtype) -> PackedRows:
    """Return the rows of strings that follow each other, which cannot be written to."""
    _, bounds, content = strings.buffers()
    places = np.frombuffer(bounds, np.int32)
    first, stop = int(places[strings.offset]), int(places[strings.offset + len(strings)])
    return np.frombuffer(content, np.uint8, stop - first, first).view(row)


def _sorted(portions: list[PackedRows]) -> PackedRows:
    row = portions[0].dtype
    words = np.concatenate([_words(portion) for portion in portions])
    keys = np.concatenate([portion["key"] for portion in portions])
    order = np.argsort(keys)
    words, keys = words.take(order, axis=0), keys.take(order)
    # Other rows of the same key, of which there are hardly any, in an order that does not depend on who came first.
    equal = np.flatnonzero(keys[1:] == keys[:-1])
    other = (words[equal, _CONTENT:] != words[equal + 1, _CONTENT:]).any(axis=1)
    for key in np.unique(keys[equal[other]]):
        some = slice(np.searchsorted(keys, key, "left"), np.searchsorted(keys, key, "right"))
        words[some] = words[some][np.lexsort(words[some, _CONTENT:].T)]
    return words.view(row).reshape(-1)


def _words(packed: PackedRows) -> NDArray[np.uint32]:
    """Return rows as words of 32 bits, which NumPy moves faster: uint32 of shape (rows, words)."""
    return packed.view(np.uint32).reshape(len(packed), -1)


def combine(packed: PackedRows) -> PackedRows:
    """Return sorted rows, of equal ones that are neighbours only one, which stands for all of them."""
    keys, words = packed["key"], _words(packed)
    equal = np.flatnonzero(keys[1:] == keys[:-1])
    equal = equal[(words[equal, _CONTENT:] == words[equal + 1, _CONTENT:]).all(axis=1)]
    if not len(equal):
        return packed
    first = np.ones(len(packed), bool)
    first[equal + 1] = False
    places = np.flatnonzero(first)
    combined = packed[places]
    combined["copies"] = np.add.reduceat(packed["copies"], places)
    return combined


def expand(batches: Iterable[pa.RecordBatch], row: np.dtype) -> Iterator[tuple[PackedRows, NDArray[np.int64]]]:
    """Give every row, equal ones side by side, in portions, and how many rows of the same key came before each.

    Args:
        batches: As `sorted_buckets` takes them.
        row: Type of a row.
    """
    most = max(1, min(_PORTION_ROWS, _PORTION_BYTES // row.itemsize))
    for packed in sorted_buckets(batches, row):
        copies = packed["copies"].astype(np.int64)
        before, ends = _copies_before(packed["key"], copies), np.cumsum(copies)
        for start in range(0, int(ends[-1]), most):
            if ends[-1] == len(packed):
                yield packed[start : start + most], before[start : start + most]
                continue
            places = np.arange(start, min(start + most, int(ends[-1])))
            at = np.searchsorted(ends, places, side="right")
            yield packed[at], before[at] + places - (ends - copies)[at]


def spread(packed: PackedRows, before: NDArray[np.int64]) -> PackedRows:
    """Give rows of one key different keys, as `bench.datasets.makers.shuffle.Shuffle` does; change them in place."""
    again = before > 0
    packed["key"][again] = finalise(packed["key"][again] + before[again].astype(np.uint64) * GOLDEN)
    packed["copies"] = 1
    return packed


def _copies_before(keys: Words, copies: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many rows of the same key, in this bucket, come before each."""
    starts = np.r_[True, keys[1:] != keys[:-1]]
    all_before = np.cumsum(copies) - copies
    before: NDArray[np.int64] = all_before - all_before[starts][np.cumsum(starts) - 1]
    return before
