"""A piece of a user's table: the rows of one file that are read, by its row groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from bench.datasets.makers.sample import EVERY_ROW, place_hashes
from bench.datasets.makers.table_format import TableFormat


@dataclass(frozen=True)
class Piece:
    """Rows of one file that are read.

    Attributes:
        file: The file.
        format: Its format.
        sizes: The rows of each of its row groups, whether they are read or not.
        number: Its place among the input's files.
        groups: The row groups with such rows, and of each the greatest of `place_hashes` that is read; None for all.
    """

    file: ds.FileFragment
    format: TableFormat
    sizes: tuple[int, ...]
    number: int
    groups: Mapping[int, int] | None = None

    def group_rows(self) -> dict[int, int]:
        """Return the row groups, and the rows that lie in each whether they are read or not."""
        return {group: self.sizes[group] for group in (range(len(self.sizes)) if self.groups is None else self.groups)}

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read columns of the rows, and verify the pages that have checksums.

        Args:
            columns: Names of the columns.

        Raises:
            pyarrow.ArrowException: The file is damaged.
            OSError: It cannot be read.
        """
        chosen = dict.fromkeys(range(len(self.sizes)), EVERY_ROW) if self.groups is None else self.groups
        whole = [group for group, most in chosen.items() if most == EVERY_ROW]
        if whole:
            yield from self.format.batches(self.file, self.sizes, whole, columns)
        for group, most in chosen.items():
            if most != EVERY_ROW:
                yield from self._chosen(group, most, columns)

    def columns(self, group: int, names: Sequence[str], *, use_threads: bool) -> Iterator[pa.Array | pa.ChunkedArray]:
        """Read columns of a whole row group, one after the other (`TableFormat.columns`)."""
        return self.format.columns(self.file, self.sizes, group, names, use_threads=use_threads)

    def _chosen(self, group: int, most: int, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a row group whose hash is not above a limit."""
        start = 0
        for batch in self.format.batches(self.file, self.sizes, [group], columns):
            kept = place_hashes(self.number, group, start, start + len(batch)) <= np.uint64(most)
            start += len(batch)
            if kept.any():
                yield batch.filter(pa.array(kept))
