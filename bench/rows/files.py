"""The files that rows are read from: listed once, each footer read once, and checked for changes after each reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.datasets.format.arrays import Block, to_numpy
from bench.datasets.format.files import DataFiles
from bench.datasets.format.reading import file_errors
from bench.errors import DatasetError
from bench.rows.groups import RowGroup, listed
from bench.stores.tree import AT_ONCE

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from bench.model import Dataset
    from bench.stores.tree import OpenedFile

FOOTERS_KEPT = 4096  # files; a footer takes some kilobytes for each row group, and a dataset may have a million of them


class RowFiles:
    """The files of a dataset, opened for reading rows; each footer is read once.

    Attributes:
        dataset: The dataset.
    """

    def __init__(self, dataset: Dataset) -> None:
        """List the files.

        Args:
            dataset: The dataset.

        Raises:
            DatasetError: It lies in a store, and has changed since it was opened; the sentence names an object.
            StorageError: The store cannot be reached.
        """
        self.dataset = dataset
        self._files = DataFiles(dataset)
        self._footers: dict[str, tuple[OpenedFile | None, pq.FileMetaData]] = {}

    def row_groups(self, split: str) -> list[RowGroup]:
        """List a split's row groups, sorted by path and number: the same list in every process.

        They come from the footers or, in a store, from the manifest, since each footer there takes two requests.

        Args:
            split: ``train`` or ``test``.
        """
        return listed(self._files.planned(split) or self._group_rows(split))

    def _group_rows(self, split: str) -> dict[str, list[int]]:
        footers = self._read_footers(self._files.paths(split))
        return {
            path: [footer.row_group(index).num_rows for index in range(footer.num_row_groups)]
            for path, (_, footer) in footers.items()
        }

    @contextmanager
    def open_reader(self, groups: Sequence[RowGroup], columns: Sequence[str]) -> Iterator[RowGroupReader]:
        """Give a reader of row groups, and check at the end that no object was replaced meanwhile.

        Args:
            groups: The row groups that will be read.
            columns: Names of the columns; no other column is read.

        Raises:
            DatasetError: A file is damaged, gone or replaced; the sentence names it.
            StorageError: The store cannot be reached, or breaks off.
        """
        footers = self._read_footers(list(dict.fromkeys(group.path for group in groups)))
        for group in groups:
            self._require(group, footers[group.path][1])
        yield RowGroupReader(self._files, footers, columns, self.dataset.before_features)
        versions = {path: opened.version for path, (opened, _) in footers.items() if opened}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(self._files.open, versions, versions.values()):
                pass

    def _read_footers(self, paths: Sequence[str]) -> dict[str, tuple[OpenedFile | None, pq.FileMetaData]]:
        """Return each file's footer and, in a store, the opened object; those that are known are not read again."""
        known = {path: self._footers[path] for path in paths if path in self._footers}
        missing = [path for path in paths if path not in known]
        remote = self._files.tree.remote
        with ThreadPoolExecutor(AT_ONCE if remote else 1) as pool:
            found = pool.map(lambda path: read_footer(self._files, path), missing)
            read = dict(zip(missing, ((opened if remote else None, footer) for opened, footer in found), strict=True))
        self._footers |= read
        for path in list(self._footers)[:-FOOTERS_KEPT]:
            del self._footers[path]
        return {path: (known | read)[path] for path in paths}

    def _require(self, group: RowGroup, footer: pq.FileMetaData) -> None:
        there = footer.row_group(group.index).num_rows if group.index < footer.num_row_groups else 0
        if group.start + group.rows > there:
            raise DatasetError(
                f"The file {self._files.tree.uri(group.path)} has other row groups than its manifest says."
            )


class RowGroupReader:
    """Reads columns of row groups."""

    def __init__(
        self,
        files: DataFiles,
        footers: dict[str, tuple[OpenedFile | None, pq.FileMetaData]],
        columns: Sequence[str],
        before_features: Sequence[str],
    ) -> None:
        """Take opened files.

        Args:
            files: The dataset's files.
            footers: By path, the footer and, in a store, the opened object.
            columns: Names of the columns.
            before_features: Those that are no features, beside ``row_id``.
        """
        self._files, self._footers, self._columns = files, footers, list(columns)
        self._beside = {"row_id", *before_features}

    def read(self, group: RowGroup, *, use_threads: bool) -> Block:
        """Return the rows of a row group.

        Args:
            group: The row group.
            use_threads: Whether pyarrow's threads decode its columns at once.
        """
        opened, footer = self._footers[group.path]
        # An object is opened once, which is a request; on a disk threads must not share a position in a file.
        opened = opened or self._files.open(group.path)
        with self._files.open_parquet(opened, footer) as file:
            table = file.read_row_group(group.index, columns=self._columns, use_threads=use_threads)
        mine = table.slice(group.start, group.rows)
        features = [name for name in self._columns if name not in self._beside]
        beside = {name: to_numpy(mine.column(name)) for name in self._columns if name in self._beside}
        return Block(beside, features, [to_numpy(mine.column(name)) for name in features])


def read_footer(files: DataFiles, path: str) -> tuple[OpenedFile, pq.FileMetaData]:
    """Open a file and read its footer.

    Args:
        files: The dataset's files.
        path: Path of the file, relative to the dataset's.
    """
    import pyarrow.parquet as pq

    opened = files.open(path)
    with file_errors(opened.uri), opened.open_reader() as file:
        return opened, pq.read_metadata(file)
