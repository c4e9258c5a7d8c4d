"""Reads a split from Parquet into float32 matrices, whole or batch by batch, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from bench.datasets.format.files import DataFiles
from bench.datasets.format.reading import file_errors
from bench.errors import DatasetError
from bench.stores.tree import AT_ONCE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from bench import Dataset
    from bench.stores.tree import Opened

ALIGNMENT = 64  # bytes; what TensorFlow asks of memory that it is to use in place (EIGEN_MAX_ALIGN_BYTES)
_BLOCK = 4096  # rows to transpose at a time, so that columns and rows both stay in a core's cache
_IN_FLIGHT = 8  # at most one in this many row groups is held beside the matrix


def start(threads: int) -> None:
    """Import what reading needs, so that it does not count as loading, and set the size of pyarrow's thread pool."""
    import numpy  # noqa: F401
    import pyarrow as pa
    import pyarrow.fs
    import pyarrow.parquet

    pa.set_cpu_count(threads)
    pa.chunked_array([[0.0]]).to_numpy()  # the first conversion makes pyarrow import pandas, if it is there


@dataclass(frozen=True, slots=True)
class RowGroup:
    """One row group of a split, the smallest piece that one worker reads.

    Attributes:
        path: Path of its file, relative to the dataset's.
        index: Its number in the file, from 0.
        rows: How many of its rows are to be read.
        start: The first of them.
    """

    path: str
    index: int
    rows: int
    start: int = 0


def row_groups(dataset: Dataset, split: str) -> list[RowGroup]:
    """List a split's row groups, sorted by path and number: the same list in every process.

    From the footers; or in a store, where each of them is two requests, from the manifest, which has their rows.
    """
    files = DataFiles(dataset)
    return listed(files.planned(split) or _from_footers(files, split))


def listed(rows: Mapping[str, Sequence[int]]) -> list[RowGroup]:
    """Return all row groups of files.

    Args:
        rows: The rows of each row group, by file.
    """
    return [RowGroup(path, index, number) for path, groups in rows.items() for index, number in enumerate(groups)]


def _from_footers(files: DataFiles, split: str) -> dict[str, list[int]]:
    paths = files.paths(split)
    with ThreadPoolExecutor(AT_ONCE if files.tree.remote else 1) as pool:
        footers = [footer for _, footer in pool.map(lambda path: _footer(files, path), paths)]
    numbers = [[footer.row_group(index).num_rows for index in range(footer.num_row_groups)] for footer in footers]
    return dict(zip(paths, numbers, strict=True))


def shard(groups: Sequence[RowGroup], rank: int, world: int) -> list[RowGroup]:
    """Return the rows of one rank: every row has one rank, and ranks differ by one row at most.

    Computed from the footers alone, so that all ranks agree without a word. A row group that a border
    goes through is read by both sides, each keeping its own rows.

    Args:
        groups: All row groups of the split, out of `row_groups`.
        rank: The rank, from 0.
        world: Number of ranks.
    """
    total = sum(group.rows for group in groups)
    first, last = total * rank // world, total * (rank + 1) // world
    mine, at = [], 0
    for group in groups:
        start, stop = max(first, at), min(last, at + group.rows)
        if start < stop:
            mine.append(replace(group, start=group.start + start - at, rows=stop - start))
        at += group.rows
    return mine


def read_matrix(dataset: Dataset, groups: Sequence[RowGroup], threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Read row groups into one matrix, which is allocated once.

    Threads decode different row groups and write them straight to their places, so that beside the matrix
    only the row groups in flight take memory.

    Args:
        dataset: The dataset.
        groups: The row groups to read, out of `row_groups`; their order is the order of the rows.
        threads: Threads to read with.

    Returns:
        The features, float32 of shape (rows, features) in C order, and the labels, float32 of shape (rows,);
        both start at a multiple of `ALIGNMENT` bytes.

    Raises:
        DatasetError: A file is damaged or gone; the sentence names it.
    """
    ends = list(accumulate(group.rows for group in groups))
    features = _aligned(ends[-1], len(dataset.features))
    labels = _aligned(ends[-1], 1)[:, 0]
    workers = max(1, min(threads, len(groups) // _IN_FLIGHT))
    with _reader(dataset, groups, (*dataset.features, dataset.label)) as reader, ThreadPoolExecutor(workers) as pool:

        def read(group: RowGroup, end: int) -> None:
            table = reader.read(group, use_threads=workers < threads)
            place = slice(end - group.rows, end)
            _transpose([table.column(name).to_numpy() for name in dataset.features], features[place])
            labels[place] = table.column(dataset.label).to_numpy()

        for _ in pool.map(read, groups, ends):
            pass
    return features, labels


def batches(
    dataset: Dataset, split: str, rows: int = 65_536, groups: Sequence[RowGroup] | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Read a split batch by batch; beside a batch no more than one row group is in memory.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
        rows: Rows of each batch but the last. At 64 Ki rows a batch's fixed costs vanish, and the activations of our
            MLP take 64 MiB a layer at most.
        groups: Only these of its row groups, such as a rank's; all of them if not given.

    Yields:
        Row ids, int64 of shape (rows,), and features, float32 of shape (rows, features) in C order.
    """
    import numpy as np

    groups = row_groups(dataset, split) if groups is None else groups
    for parts in _portioned(tables(dataset, groups, ("row_id", *dataset.features)), rows):
        features, at = _aligned(sum(map(len, parts)), len(dataset.features)), 0
        for part in parts:
            columns = [part.column(name).to_numpy() for name in dataset.features]
            _transpose(columns, features[at : at + len(part)])
            at += len(part)
        yield np.concatenate([part.column("row_id").to_numpy() for part in parts]), features


def _portioned(found: Iterable[pa.Table], rows: int) -> Iterator[list[pa.Table]]:
    """Cut tables and put them together, so that each portion but the last has so many rows."""
    held: list[pa.Table] = []
    for table in found:
        start = 0
        while start < len(table):
            held.append(table.slice(start, rows - sum(map(len, held))))
            start += len(held[-1])
            if sum(map(len, held)) == rows:
                yield held
                held = []
    if held:
        yield held


def tables(dataset: Dataset, groups: Sequence[RowGroup], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Read columns of row groups, one table for each; no other column is read.

    Args:
        dataset: The dataset.
        groups: The row groups, out of `row_groups`.
        columns: Names of the columns.
    """
    with _reader(dataset, groups, columns) as reader:
        for group in groups:
            yield reader.read(group, use_threads=True)


def matrix(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return columns as one matrix.

    Args:
        columns: float32 of shape (rows,), each.

    Returns:
        float32 of shape (rows, columns) in C order, at a multiple of `ALIGNMENT` bytes.
    """
    result = _aligned(len(columns[0]), len(columns))
    _transpose(columns, result)
    return result


@contextmanager
def _reader(dataset: Dataset, groups: Sequence[RowGroup], columns: Sequence[str]) -> Iterator[_Reader]:
    """Give a reader of row groups, and see at the end that no object was replaced while it was read."""
    reader = _Reader(dataset, groups, columns)
    yield reader
    reader.check()


class _Reader:
    """Reads columns of row groups; each footer once, since it lists all row groups of its file."""

    def __init__(self, dataset: Dataset, groups: Sequence[RowGroup], columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._files = DataFiles(dataset)
        paths = list(dict.fromkeys(group.path for group in groups))
        with ThreadPoolExecutor(AT_ONCE if self._files.tree.remote else 1) as pool:
            found = pool.map(lambda path: _footer(self._files, path), paths)
            kept = ((opened if self._files.tree.remote else None, footer) for opened, footer in found)
            self._footers = dict(zip(paths, kept, strict=True))
        for group in groups:
            self._require(group)

    def read(self, group: RowGroup, *, use_threads: bool) -> pa.Table:
        opened, footer = self._footers[group.path]
        # An object is opened once, which is a request; on a disk threads must not share a position in a file.
        opened = opened or self._files.open(group.path)
        with self._files.parquet(opened, footer) as file:
            table = file.read_row_group(group.index, columns=self._columns, use_threads=use_threads)
            return table.slice(group.start, group.rows)

    def _require(self, group: RowGroup) -> None:
        _, footer = self._footers[group.path]
        there = footer.row_group(group.index).num_rows if group.index < footer.num_row_groups else 0
        if group.start + group.rows > there:
            raise DatasetError(
                f"The file {self._files.tree.uri(group.path)} has other row groups than its manifest says."
            )

    def check(self) -> None:
        versions = {path: opened.version for path, (opened, _) in self._footers.items() if opened}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(self._files.open, versions, versions.values()):
                pass


def _footer(files: DataFiles, path: str) -> tuple[Opened, pq.FileMetaData]:
    import pyarrow.parquet as pq

    opened = files.open(path)
    with file_errors(opened.uri), opened.reading() as file:
        return opened, pq.read_metadata(file)


def _aligned(rows: int, columns: int) -> np.ndarray:
    """Allocate a float32 matrix that TensorFlow can use in place: NumPy itself only aligns to 16 bytes."""
    import numpy as np

    memory = np.empty(rows * columns * 4 + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + rows * columns * 4].view(np.float32).reshape(rows, columns)


def _transpose(columns: Sequence[np.ndarray], matrix: np.ndarray) -> None:
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK]
        for index, column in enumerate(columns):
            block[:, index] = column[start : start + _BLOCK]
