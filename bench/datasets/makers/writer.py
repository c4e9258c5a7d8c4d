"""Writes a split as Parquet files with row groups of equal size and a checksum on every page."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.datasets.format.fingerprint import Fingerprint
from bench.datasets.format.manifest import DataFile
from bench.datasets.format.reading import footer_digest, headers_digest
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.summary import SplitSummary
from bench.errors import UsageError

# Four for each of sixteen workers.
_GROUPS = 64
_MOST_ROWS, _LEAST_ROWS = 262_144, 1000


def group_count(rows: int, files: int = 1, most: int | None = None) -> int:
    """Return the number of row groups of a split.

    Args:
        rows: Rows of the split.
        files: Files to write, each of which has at least one.
        most: Most rows of a row group; by default as many as leave 64 row groups, between 1,000 and 262,144.
    """
    if most:
        return max(math.ceil(rows / most), files)
    return max(min(_GROUPS, rows // _LEAST_ROWS), math.ceil(rows / _MOST_ROWS), files)


def cut(rows: int, groups: int) -> list[int]:
    """Return the rows of each of some row groups, which differ by at most one row."""
    return [rows // groups + (group < rows % groups) for group in range(groups)]


def group_sizes(rows: int, files: int, most: int | None = None) -> list[list[int]]:
    """Cut a split into row groups that differ by at most one row, and hand them out to files.

    Args:
        rows: Rows of the split.
        files: Files to write, at most one per row.
        most: Most rows of a row group; see `group_count` for the default.

    Returns:
        The rows of each row group of each file.

    Raises:
        UsageError: There are more files than rows.
    """
    if not 1 <= files <= rows:
        raise UsageError(f"{rows:,} rows cannot be written to {files:,} files: ask for fewer files or more rows.")
    groups = group_count(rows, files, most)
    sizes = cut(rows, groups)
    cuts = [groups * file // files for file in range(files + 1)]
    return [sizes[start:stop] for start, stop in itertools.pairwise(cuts)]


class SplitWriter:
    """Takes rows in portions of any size and writes them in their order; holds one row group."""

    def __init__(self, dataset: Path, split: str, layout: Layout, sizes: Sequence[Sequence[int]]) -> None:
        """Plan the files; the first is opened when the first row group is full.

        Args:
            dataset: Directory of the dataset.
            split: ``train`` or ``test``.
            layout: What the columns are.
            sizes: Rows of each row group of each file, such as out of `group_sizes`.
        """
        self._split = split
        self._directory = dataset / f"split={split}"
        self._directory.mkdir()
        self._schema = pa.schema(
            [
                pa.field("row_id", pa.int64(), nullable=False),
                *(pa.field(name, pa.float32(), nullable=False) for name in layout.names),
            ]
        )
        self._paths: list[Path] = []
        self._plan: Iterator[tuple[int, int, bool]] = iter(
            [(file, size, at == len(groups) - 1) for file, groups in enumerate(sizes) for at, size in enumerate(groups)]
        )
        # Column by column, as Arrow wants it: filling it is the only copy.
        self._largest = largest = max(map(max, sizes))
        self._ids = np.empty(largest, np.int64)
        self._columns = np.empty((len(layout.names), largest), np.float32)
        self._filled = 0
        self._file: pq.ParquetWriter | None = None
        self._group = next(self._plan)
        self.summary = SplitSummary(layout)

    def write(self, row_ids: NDArray[np.int64], columns: NDArray[np.float32], fingerprint: Fingerprint) -> None:
        """Append rows.

        Args:
            row_ids: int64 of shape (rows,).
            columns: Those of `Layout.names`, all finite: float32 of shape (columns, rows).
            fingerprint: Takes the rows too.
        """
        start = 0
        while start < len(row_ids):
            _, size, _ = self._group
            stop = min(len(row_ids), start + size - self._filled)
            into = slice(self._filled, self._filled + stop - start)
            self._ids[into] = row_ids[start:stop]
            self._columns[:, into] = columns[:, start:stop]
            self._filled, start = into.stop, stop
            if self._filled == size:
                self._flush(fingerprint)

    def _flush(self, fingerprint: Fingerprint) -> None:
        file, size, last = self._group
        ids, columns = self._ids[:size], self._columns[:, :size]
        fingerprint.add(self._split, ids, columns)
        self.summary.add(columns)
        if self._file is None:
            self._open(file)
        assert self._file is not None  # noqa: S101 - for the type checker
        self._file.write_table(
            pa.Table.from_arrays([pa.array(ids), *map(pa.array, columns)], schema=self._schema), size
        )
        if last:
            self.close()
        self._filled = 0
        self._group = next(self._plan, (file + 1, 0, True))

    def _open(self, file: int) -> None:
        path = self._directory / f"part-{file:05}.parquet"
        self._paths.append(path)
        self._file = pq.ParquetWriter(
            path,
            self._schema,
            # Spark's and pyarrow's default. Of the flights, snappy takes 13 MB and 0.09 s to read,
            # no compression 30 MB and 0.05 s, zstd 8 MB and 0.17 s.
            compression="snappy",
            use_dictionary=False,
            write_page_checksum=True,
            # One page for each column of a row group: the bytes before it are its only header.
            data_page_size=2**30,
            max_rows_per_page=self._largest,
            # So that Spark reads only the row groups that hold the rows that are asked for by their ids.
            write_statistics=["row_id"],
        )

    def close(self) -> None:
        """Close the file that is open, if any."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def files(self) -> list[DataFile]:
        """Return the written files; to be called after the last row."""
        return [self._described(path) for path in self._paths]

    def _described(self, path: Path) -> DataFile:
        metadata = pq.read_metadata(path)
        return DataFile(
            path=f"{self._directory.name}/{path.name}",
            bytes=path.stat().st_size,
            rows=metadata.num_rows,
            row_groups=metadata.num_row_groups,
            footer_sha256=footer_digest(str(path)),
            headers_sha256=headers_digest(str(path)),
            group_rows=tuple(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)),
        )
