"""The view of a table's files: how their rows become those of a dataset, and which of them are used."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.datasets.makers.pieces import Piece
from bench.datasets.makers.plan import ImportPlan
from bench.datasets.makers.sample import EVERY_ROW, place_hashes
from bench.datasets.makers.source import TableSource
from bench.datasets.register.conditions import Condition
from bench.datasets.register.split_rule import NEITHER
from bench.datasets.register.used_rows import UsedRows

ROWS_OF_A_FILE = 2**40  # row ids of one file; its number among all files stands above


@dataclass(frozen=True)
class Portion:
    """Some rows of a table.

    Attributes:
        row_ids: int64 of shape (rows,).
        sides: The side of each row (`bench.datasets.register.split_rule`), int8 of shape (rows,).
        values: Columns of the dataset: float32 of shape (columns, rows), NaN where missing.
    """

    row_ids: NDArray[np.int64]
    sides: NDArray[np.int8]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class TableView:
    """How the rows of a table's files become those of a dataset.

    Attributes:
        source: The table's files, or the part of them that was sampled.
        plan: How columns become label, weight and features.
        used: Which rows are used, and which of them are for training.
    """

    source: TableSource
    plan: ImportPlan
    used: UsedRows

    @functools.cached_property
    def pieces(self) -> dict[str, Piece]:
        """The files, by path, in the order of the paths."""
        return {piece.file.path: piece for piece in self.source.pieces}

    def portions(self, path: str, group: int, losses: dict[str, int] | None = None) -> Iterator[Portion]:
        """Read those rows of a row group that are used, and look at every value.

        Args:
            path: The file's path.
            group: Number of the row group.
            losses: Takes how many values float32 does not keep, by feature.

        Yields:
            Rows with label, weight if there is one, and all features.

        Raises:
            DatasetError: The file is damaged, or holds what cannot be used.
            StorageError: The store that holds it does not answer.
        """
        piece = self.pieces[path]
        limit = EVERY_ROW if piece.groups is None else piece.groups[group]
        part = replace(self.source, pieces=(replace(piece, groups={group: limit}),))
        row_ids, done = self._row_ids(piece, group), 0
        if not self.used.columns:
            for values, _ in self.plan.portions(part, losses):
                mine = row_ids[done : done + values.shape[1]]
                done += len(mine)
                yield Portion(mine, self.used.sides(mine, None), values)
            return
        found = self.plan.portions(part.kept(self.used), losses)
        for _, batch in part.batches(self.used.columns):
            mine = row_ids[done : done + len(batch)]
            done += len(mine)
            sides = self.used.sides(mine, batch)
            kept = sides != NEITHER
            if kept.any():  # both ways of reading cut a row group at the same rows, and nobody yields no row
                yield Portion(mine[kept], sides[kept], next(found)[0])

    def read(self, path: str, group: int, names: Sequence[str], *, use_threads: bool = False) -> Portion:
        """Read those rows of a row group that are used, at once.

        It is faster than `portions`: each column becomes float32 while it is still in a core's cache, and no value is
        looked at, since `portions` did so when the table was registered.

        Args:
            path: The file's path.
            group: Number of the row group.
            names: Names of columns of the dataset but ``row_id``.
            use_threads: Whether pyarrow's threads decode columns at once.

        Raises:
            DatasetError: The file is damaged.
            StorageError: The store that holds it does not answer.
        """
        piece, recipes = self.pieces[path], self.plan.recipes
        row_ids, sampled = self._row_ids(piece, group), self._sampled(piece, group)
        places: dict[str, list[int]] = {name: [] for name in self.used.columns}
        for at, name in enumerate(names):
            places.setdefault(recipes[name][0], []).append(at)
        columns = self.source.group_columns(piece, group, list(places), use_threads=use_threads)
        beside: dict[str, pa.Array] = {}
        waiting: list[tuple[str, pa.Array]] = []
        while len(beside) < len(self.used.columns):  # which are asked for first
            column, whole = next(columns)
            waiting.append((column, whole))
            if column in self.used.columns:
                beside[column] = whole if sampled is None else whole.filter(pa.array(sampled))
        batch = pa.RecordBatch.from_arrays(list(beside.values()), list(beside)) if beside else None
        sides = self.used.sides(row_ids, batch)
        kept, wanted = sides != NEITHER, sampled
        if not kept.all():
            row_ids, sides = row_ids[kept], sides[kept]
            wanted = np.ones(piece.sizes[group], bool) if sampled is None else sampled.copy()
            wanted[wanted] = kept
        values = np.empty((len(names), len(row_ids)), np.float32)
        # No `errstate`, which costs as much as a column: an infinity would have been found when it was registered.
        for column, whole in chain(waiting, columns):
            found = whole if wanted is None else whole.filter(pa.array(wanted))
            for at in places[column]:
                values[at] = recipes[names[at]][1](found)
        return Portion(row_ids, sides, values)

    @functools.cached_property
    def _starts(self) -> dict[str, list[int]]:
        """By path, the place of each row group's first row in its file; filled when it is asked for."""
        return {}

    def _row_ids(self, piece: Piece, group: int) -> NDArray[np.int64]:
        path = piece.file.path
        if path not in self._starts:
            self._starts[path] = list(accumulate(piece.sizes, initial=0))
        first, last = self._starts[path][group : group + 2]
        row_ids = np.arange(first, last, dtype=np.int64) + piece.number * ROWS_OF_A_FILE
        sampled = self._sampled(piece, group)
        return row_ids if sampled is None else row_ids[sampled]

    def _sampled(self, piece: Piece, group: int) -> NDArray[np.bool_] | None:
        """Return which rows of a row group are in the sample; None if all are."""
        limit = EVERY_ROW if piece.groups is None else piece.groups[group]
        if limit == EVERY_ROW:
            return None
        return np.asarray(place_hashes(piece.number, group, 0, piece.sizes[group]) <= np.uint64(limit))


def may_hold(source: TableSource, piece: Piece, where: Sequence[Condition]) -> bool:
    """Return whether the partition of a file leaves rows that are used: other files are never opened.

    Args:
        source: The table.
        piece: One of its files.
        where: Which rows are used.
    """
    import pyarrow.dataset as ds

    known: dict[str, Any] = ds.get_partition_keys(piece.file.partition_expression)
    compared = [one for one in where if one.column in source.partitions]
    kinds = {one.column: source.schema.field(one.column).type for one in compared}
    return all(one.holds(pa.array([known.get(one.column)], kinds[one.column]))[0] for one in compared)
