"""Chooses some rows of Parquet files by their places: the same each time, and a smaller sample inside a larger one.

All rows have one order, and a sample is its beginning. First come the rows of a few row groups, which a hash chooses,
mixed by a hash of their places; then come further row groups, one after the other. So a small sample costs the reading
of a few row groups only, and yet is not of one stretch of a table that is sorted, such as by day.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.hashing import GOLDEN, Words, finalise
from bench.errors import UsageError

LEAST_GROUPS = 16  # that a sample comes from, if there are as many
EVERY_ROW = 2**64 - 1
_BINS = 2**16
_ROWS_AT_ONCE = 2**20


def choose_rows(sizes: Sequence[Sequence[int]], rows: int) -> list[dict[int, int]]:
    """Choose rows of files.

    Args:
        sizes: The rows of each row group of each file.
        rows: How many rows to choose.

    Returns:
        For each file the row groups with chosen rows, and of each the greatest of `place_hashes` that is chosen.

    Raises:
        UsageError: There are not as many rows.
    """
    total = sum(map(sum, sizes))
    if rows > total:
        raise UsageError(f"There are {total:,} rows, too few for a sample of {rows:,}: ask for fewer, or for all.")
    groups = [(file, group) for file, found in enumerate(sizes) for group, size in enumerate(found) if size]
    groups = [groups[place] for place in np.argsort(np.array([_seed(*group) for group in groups]), kind="stable")]
    found: list[dict[int, int]] = [{} for _ in sizes]
    mixed, left = groups[:LEAST_GROUPS], rows
    for some in (mixed, *([group] for group in groups[LEAST_GROUPS:])):
        if not left:
            break
        there = sum(sizes[file][group] for file, group in some)
        limit = EVERY_ROW if there <= left else _limit(functools.partial(_hashes, some, sizes), left)
        for file, group in some:
            found[file][group] = limit
        left -= min(there, left)
    return found


def place_hashes(file: int, group: int, start: int, stop: int) -> Words:
    """Return a hash of the place of each row: uint64 of shape (rows,).

    Args:
        file: Number of the file.
        group: Number of the row group in it.
        start: The first row of the row group.
        stop: The row after the last.
    """
    places = np.arange(start, stop, dtype=np.uint64)
    return finalise(_seed(file, group) + places * GOLDEN)


def _seed(file: int, group: int) -> np.uint64:
    return np.uint64(finalise(np.array([(file << 32 | group) + 1], np.uint64))[0])


def _hashes(groups: Iterable[tuple[int, int]], sizes: Sequence[Sequence[int]]) -> Iterator[Words]:
    for file, group in groups:
        for start in range(0, sizes[file][group], _ROWS_AT_ONCE):
            yield place_hashes(file, group, start, min(sizes[file][group], start + _ROWS_AT_ONCE))


def _limit(hashes: Callable[[], Iterator[Words]], rows: int) -> int:
    """Return the hash that so many hashes do not exceed; they are made twice, since they may be too many to keep."""
    counts = np.zeros(_BINS, np.int64)
    for some in hashes():
        counts += np.bincount(_bins(some), minlength=_BINS)
    last = int(np.searchsorted(np.cumsum(counts), rows))
    candidates = np.concatenate([some[_bins(some) == last] for some in hashes()])
    return int(np.sort(candidates)[rows - int(counts[:last].sum()) - 1])


def _bins(hashes: Words) -> NDArray[np.int64]:
    return (hashes >> np.uint64(48)).astype(np.int64)
