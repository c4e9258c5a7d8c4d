"""Puts rows into an order that depends on their content only, on disk and in flat memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.hashing import GOLDEN, Words, finalise

PackedRows = NDArray[np.void]

_BUCKET_BYTES = 2**26
_MOST_BUCKETS = 256


def packed_row_type(columns: int) -> np.dtype:
    """Return the NumPy type of a row in a bucket: its sort key, its split, its label and features."""
    return np.dtype([("key", "<u8"), ("test", "<u4"), ("values", "<f4", (columns,))])


class Shuffle:
    """Takes rows in any order and portions, and gives them back sorted by their keys.

    A key is a hash of a row, so the order is as good as random and the same however the input was
    cut into files. Equal rows have equal keys and would lie side by side; all but one of them
    are therefore sent elsewhere, by a hash of the key and of how many came before.
    """

    def __init__(self, directory: Path, columns: int, rows: int, bucket_bytes: int = _BUCKET_BYTES) -> None:
        """Open the buckets, files that the rows wait in.

        Args:
            directory: An empty directory on a disk with room for all rows.
            columns: Values of a row.
            rows: Expected number of rows, which decides the number of buckets.
            bucket_bytes: Approximate bytes of rows that are held in memory.
        """
        self.columns = columns
        self._type = packed_row_type(columns)
        wanted = max(1, rows * self._type.itemsize // bucket_bytes)
        self._bits = min(wanted.bit_length() - 1, _MOST_BUCKETS.bit_length() - 1)
        self._directory = directory
        self._rows_at_once = 2 * bucket_bytes // self._type.itemsize
        self._open: dict[str, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After an error, such as a full disk, a second one on closing says nothing new.
        with suppress(OSError):
            self._close()

    def add(self, keys: Words, test: NDArray[np.bool_], columns: NDArray[np.float32]) -> None:
        """Take rows.

        Args:
            keys: uint64 of shape (rows,).
            test: Which rows belong to the test split: bool of shape (rows,).
            columns: Values, column by column: float32 of shape (columns, rows).
        """
        packed = np.empty(len(keys), self._type)
        packed["key"], packed["test"], packed["values"] = keys, test, columns.T
        self._scatter(packed, "rows")

    def unsorted(self) -> Iterator[PackedRows]:
        """Give all rows in portions, in no particular order."""
        self._close()
        for bucket in range(2**self._bits):
            yield from self._read(self._path(bucket, "rows"))

    def sorted(self) -> Iterator[PackedRows]:
        """Give all rows in portions, sorted by their keys."""
        self._close()
        for bucket in range(2**self._bits):
            self._spread_equal_rows(bucket)
        self._close()
        for bucket in range(2**self._bits):
            paths = [self._path(bucket, kind) for kind in ("rows", "more")]
            packed = np.concatenate([part for path in paths for part in self._read(path)] or [np.empty(0, self._type)])
            for path in paths:
                path.unlink(missing_ok=True)
            order = np.argsort(packed["key"])
            for at in range(0, len(order), 2**16):
                yield packed[order[at : at + 2**16]]

    def _path(self, bucket: int, kind: str) -> Path:
        return self._directory / f"{bucket:03}.{kind}"

    def _scatter(self, packed: PackedRows, kind: str) -> None:
        # Two shifts, since one by all 64 bits is not defined.
        buckets = ((packed["key"] >> np.uint64(1)) >> np.uint64(63 - self._bits)).astype(np.int64)
        order = np.argsort(buckets, kind="stable")
        bounds = np.searchsorted(buckets[order], np.arange(2**self._bits + 1))
        for bucket in np.flatnonzero(np.diff(bounds)):
            self._append(self._path(int(bucket), kind), packed[order[bounds[bucket] : bounds[bucket + 1]]])

    def _append(self, path: Path, packed: PackedRows) -> None:
        if path.name not in self._open:
            self._open[path.name] = path.open("ab")
        # Not `tofile`, which does not say why it could not write.
        self._open[path.name].write(packed.tobytes())

    def _close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _read(self, path: Path) -> Iterator[PackedRows]:
        if path.exists():
            with path.open("rb") as file:
                while len(packed := np.fromfile(file, self._type, self._rows_at_once)):
                    yield packed

    def _spread_equal_rows(self, bucket: int) -> None:
        path = self._path(bucket, "rows")
        firsts, seen = [], _KeyCounts()
        for packed in self._read(path):
            before = seen.count(packed["key"])
            again = packed[before > 0]
            again["key"] = finalise(again["key"] + before[before > 0].astype(np.uint64) * GOLDEN)
            self._scatter(again, "more")
            firsts.append(packed[before == 0] if len(again) else packed)
        if seen.repeated:
            path.unlink()
            for packed in firsts:
                self._append(path, packed)


class _KeyCounts:
    """Counts the earlier occurrences of each key."""

    def __init__(self) -> None:
        self._keys, self._counts = np.empty(0, np.uint64), np.empty(0, np.int64)
        self.repeated = False

    def count(self, keys: Words) -> NDArray[np.int64]:
        """Return the number of earlier occurrences of each key: int64 of shape (rows,)."""
        before = _occurrences(keys) + self._earlier(keys)
        self._keys, inverse = np.unique(np.concatenate([self._keys, keys]), return_inverse=True)
        counts = np.concatenate([self._counts, np.ones(len(keys), np.int64)])
        self._counts = np.bincount(inverse, counts).astype(np.int64)
        self.repeated = self.repeated or bool(before.any())
        return before

    def _earlier(self, keys: Words) -> NDArray[np.int64]:
        if not len(self._keys):
            return np.zeros(len(keys), np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._counts[at], 0)


def _occurrences(keys: Words) -> NDArray[np.int64]:
    order = np.argsort(keys, kind="stable")
    place = np.arange(len(keys))
    starts = np.flatnonzero(np.r_[True, np.diff(keys[order]) != 0][: len(keys)])
    run = np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    before = np.empty(len(keys), np.int64)
    before[order] = place - run
    return before
