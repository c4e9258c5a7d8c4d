"""How the keys of rows are cut for Spark: into ranges, one for each partition, and these into buckets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_BUCKET_BYTES = 2**24
_HELD_BYTES = 2**25
_STRING_BYTES = 2**20
_BATCH_BYTES = 2**24


@dataclass(frozen=True)
class Ranges:
    """How keys are cut. They are spread evenly, so that ranges of equal width have about equally many rows.

    Attributes:
        row: Type of a row.
        parts: Number of ranges.
        buckets: Buckets of each range.
    """

    row: np.dtype
    parts: int
    buckets: int

    @property
    def held_rows(self) -> int:
        """Rows that a task holds until they are cut into strings."""
        return max(1, _HELD_BYTES // self.row.itemsize)

    @property
    def most_rows(self) -> int:
        """Most rows of one string: a few times as many as are to be expected."""
        usual = _HELD_BYTES // (self.parts * self.buckets)
        return max(1, min(_STRING_BYTES, 4 * usual) // self.row.itemsize)

    @property
    def strings_at_once(self) -> int:
        """How many strings one batch holds at most."""
        return max(1, _BATCH_BYTES // (self.most_rows * self.row.itemsize))


def cut_ranges(columns: int, parts: int, rows: int) -> Ranges:
    """Return ranges with as many buckets as leave each small enough to be sorted in memory.

    Args:
        columns: Values of a row.
        parts: Number of ranges.
        rows: Number of all rows.
    """
    row = row_type(columns)
    return Ranges(row, parts, max(1, -(-rows * row.itemsize // (parts * _BUCKET_BYTES))))


def row_type(columns: int) -> np.dtype:
    """Return the NumPy type of a row: its key, how many equal ones it stands for, its split, its label and features."""
    return np.dtype([("key", "<u8"), ("copies", "<u4"), ("test", "<u4"), ("values", "<f4", (columns,))])
