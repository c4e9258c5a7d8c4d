"""Reads a user's Parquet: by its row groups, and with the checksums of those pages that have some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from bench.datasets.makers.table_format import BATCH_ROWS, open_counted
from bench.errors import DatasetError

# Each column's pages come through a buffer of this many bytes, because a user's row group may be as large as the file.
_BUFFER_BYTES = 2**18
# Of columns that are decoded at a time, so that they are still in a core's cache when they are turned into float32.
_AT_ONCE_BYTES = 2**18
MOST_COLUMNS = 100_000  # Arrow takes minutes for the schema of a million


@dataclass(frozen=True)
class ParquetFormat:
    """Parquet, as `TableFormat` describes a format."""

    name: str = "Parquet"
    endings: tuple[str, ...] = (".parquet", ".parq", ".pq")
    magic: bytes = b"PAR1"

    def read_schema(self, opened: fs.FileSystem, path: str) -> pa.Schema:
        """Return the columns of a file."""
        file = pq.ParquetFile(path, filesystem=opened)
        _check_width(file.metadata, path)
        return file.schema.to_arrow_schema()

    def group_rows(self, file: ds.ParquetFileFragment) -> tuple[int, ...]:
        """Return the rows of each row group, from the footer."""
        metadata = file.metadata
        _check_width(metadata, file.path)
        return tuple(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))

    def batches(
        self, file: ds.ParquetFileFragment, sizes: Sequence[int], groups: Sequence[int], columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Read columns of row groups, and verify the pages that have checksums."""
        del sizes
        # Not the fragment's own scanner, which holds a whole row group.
        with _open_reader(file, buffer_size=_BUFFER_BYTES, pre_buffer=False) as reader:
            yield from reader.iter_batches(BATCH_ROWS, row_groups=list(groups), columns=list(columns))

    def columns(
        self, file: ds.ParquetFileFragment, sizes: Sequence[int], group: int, names: Sequence[str], *, use_threads: bool
    ) -> Iterator[pa.ChunkedArray]:
        """Read columns of a row group, and verify the pages that have checksums."""
        at_once = max(1, _AT_ONCE_BYTES // (8 * max(1, sizes[group])))
        at_once = max(at_once, 2 * pa.cpu_count()) if use_threads else at_once
        remote = not isinstance(file.filesystem, fs.LocalFileSystem)
        at_once = max(1, len(names)) if remote else at_once
        with _open_reader(file, pre_buffer=remote) as reader:
            for start in range(0, len(names), at_once):
                wanted = list(names[start : start + at_once])
                table = reader.read_row_group(group, columns=wanted, use_threads=use_threads)
                yield from table.itercolumns() if table.column_names == wanted else map(table.column, wanted)


def _check_width(metadata: pq.FileMetaData, path: str) -> None:
    if metadata.num_columns > MOST_COLUMNS:
        raise DatasetError(
            f"The file {path} has {metadata.num_columns:,} columns, and {MOST_COLUMNS:,} are the most: write those "
            "that are needed to another file."
        )


@contextmanager
def _open_reader(file: ds.ParquetFileFragment, **options: Any) -> Iterator[pq.ParquetFile]:
    with open_counted(file) as opened:
        yield pq.ParquetFile(
            opened,
            metadata=file.metadata,
            page_checksum_verification=True,
            # INT96 may hold the year 9999, which is silently another one in 64 bits of nanoseconds.
            coerce_int96_timestamp_unit="us",
            **options,
        )


PARQUET = ParquetFormat()
