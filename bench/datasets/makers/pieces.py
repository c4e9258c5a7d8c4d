"""A piece of a user's Parquet: the rows of one file that are read, by its row groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow.fs import LocalFileSystem

from bench.datasets.makers.sample import EVERY_ROW, place_hashes
from bench.stores.traffic import CountedFile

_BATCH_ROWS = 65_536
# Each column's pages come through a buffer of this many bytes, because a user's row group may be as large as the file.
_BUFFER_BYTES = 2**18


@dataclass(frozen=True)
class Piece:
    """Rows of one file that are read.

    Attributes:
        file: The file.
        number: Its place among the input's files.
        groups: The row groups with such rows, and of each the greatest of `place_hashes` that is read; None for all.
    """

    file: ds.ParquetFileFragment
    number: int
    groups: Mapping[int, int] | None = None

    def group_rows(self) -> dict[int, int]:
        """Return the row groups, and the rows that lie in each whether they are read or not, from the footer."""
        metadata = self.file.metadata
        numbers = range(metadata.num_row_groups) if self.groups is None else self.groups
        return {group: metadata.row_group(group).num_rows for group in numbers}

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read columns of the rows, and verify the pages that have checksums.

        Args:
            columns: Names of the columns.

        Raises:
            pyarrow.ArrowException: The file is damaged.
            OSError: It cannot be read.
        """
        # Not the fragment's own scanner, which holds a whole row group.
        with self._open() as opened:
            reader = pq.ParquetFile(
                opened,
                metadata=self.file.metadata,
                buffer_size=_BUFFER_BYTES,
                pre_buffer=False,
                page_checksum_verification=True,
            )
            whole = None if self.groups is None else [at for at, most in self.groups.items() if most == EVERY_ROW]
            if whole is None or whole:
                yield from reader.iter_batches(_BATCH_ROWS, row_groups=whole, columns=list(columns))
            for group, most in (self.groups or {}).items():
                if most != EVERY_ROW:
                    yield from self._chosen(reader, group, most, columns)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """Give the file to read from; what is asked of a store is counted."""
        filesystem = self.file.filesystem
        with filesystem.open_input_file(self.file.path) as opened:
            yield opened if isinstance(filesystem, LocalFileSystem) else CountedFile(opened, opened.size())

    def _chosen(
        self, reader: pq.ParquetFile, group: int, most: int, columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a row group whose hash is not above a limit."""
        start = 0
        for batch in reader.iter_batches(_BATCH_ROWS, row_groups=[group], columns=list(columns)):
            kept = place_hashes(self.number, group, start, start + len(batch)) <= np.uint64(most)
            start += len(batch)
            if kept.any():
                yield batch.filter(pa.array(kept))
