"""The files of a registered table, which rows are read from where they lie; see `bench.rows.files` for our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.errors import DatasetError
from bench.rows.groups import RowGroup

if TYPE_CHECKING:
    from bench.datasets.format.arrays import Block
    from bench.datasets.register.table import RegisteredTable
    from bench.model import Dataset


class TableFiles:
    """The files of a registered table, opened for reading rows; each footer is read once.

    Attributes:
        dataset: The dataset.
    """

    def __init__(self, dataset: Dataset) -> None:
        """Open the table.

        Args:
            dataset: The dataset.

        Raises:
            DatasetError: A file is damaged or gone, or the table has changed since it was registered.
            StorageError: The store cannot be reached.
        """
        from bench.datasets.register.table import RegisteredTable

        self.dataset = dataset
        self._table = RegisteredTable(dataset)

    def row_groups(self, split: str) -> list[RowGroup]:
        """List the row groups with rows of a split, in the order of the files: the same list in every process.

        Args:
            split: ``train`` or ``test``.
        """
        groups = self._table.groups[split].items()
        return [
            RowGroup(path, index, rows, split=split)
            for path, sizes in groups
            for index, rows in enumerate(sizes)
            if rows
        ]

    @contextmanager
    def open_reader(self, groups: Sequence[RowGroup], columns: Sequence[str]) -> Iterator[TableReader]:
        """Give a reader of row groups, and check at the end that no file was replaced meanwhile.

        Args:
            groups: The row groups that will be read.
            columns: Names of the columns; what they are not made of is not read.

        Raises:
            DatasetError: A file is damaged, gone or replaced; the sentence names it.
        """
        paths = {group.path for group in groups}
        try:
            yield TableReader(self._table, columns)
        except DatasetError:
            self._table.check_unchanged(paths)  # a file that was replaced seems to be damaged
            raise
        self._table.check_unchanged(paths)


class TableReader:
    """Reads columns of row groups."""

    def __init__(self, table: RegisteredTable, columns: Sequence[str]) -> None:
        """Take an opened table.

        Args:
            table: The table.
            columns: Names of the columns.
        """
        self._table, self._columns = table, columns

    def read(self, group: RowGroup, *, use_threads: bool) -> Block:
        """Return the rows of a row group.

        Args:
            group: The row group.
            use_threads: Whether pyarrow's threads decode its columns at once.
        """
        import numpy as np

        block = self._table.read(group.path, group.index, group.split, self._columns, use_threads=use_threads)
        rows = len(block.beside["row_id"])
        kept = np.arange(rows) if block.kept is None else block.kept
        mine = kept[group.start :: group.step][: group.rows]
        return replace(block, kept=None if len(mine) == rows else mine)
