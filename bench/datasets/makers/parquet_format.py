"""Reads a user's Parquet: by its row groups, and with the checksums of those pages that have some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from bench.datasets.makers.table_format import BATCH_ROWS, open_counted

# Each column's pages come through a buffer of this many bytes, because a user's row group may be as large as the file.
_BUFFER_BYTES = 2**18


@dataclass(frozen=True)
class ParquetFormat:
    """Parquet, as `TableFormat` describes a format."""

    name: str = "Parquet"
    endings: tuple[str, ...] = (".parquet", ".parq", ".pq")
    magic: bytes = b"PAR1"

    def read_schema(self, opened: fs.FileSystem, path: str) -> pa.Schema:
        """Return the columns of a file."""
        return pq.read_schema(path, filesystem=opened)

    def group_rows(self, file: ds.ParquetFileFragment) -> tuple[int, ...]:
        """Return the rows of each row group, from the footer."""
        metadata = file.metadata
        return tuple(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))

    def batches(
        self, file: ds.ParquetFileFragment, sizes: Sequence[int], groups: Sequence[int], columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Read columns of row groups, and verify the pages that have checksums."""
        del sizes
        # Not the fragment's own scanner, which holds a whole row group.
        with open_counted(file) as opened:
            reader = pq.ParquetFile(
                opened,
                metadata=file.metadata,
                buffer_size=_BUFFER_BYTES,
                pre_buffer=False,
                page_checksum_verification=True,
                # INT96 may hold the year 9999, which is silently another one in 64 bits of nanoseconds.
                coerce_int96_timestamp_unit="us",
            )
            yield from reader.iter_batches(BATCH_ROWS, row_groups=list(groups), columns=list(columns))


PARQUET = ParquetFormat()
