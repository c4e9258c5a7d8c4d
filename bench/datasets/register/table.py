"""A registered table, as its manifest describes it: reads the rows of a row group as those of a dataset."""

from __future__ import annotations

import functools
import platform
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.datasets.format.description import unpack
from bench.datasets.format.manifest import NAME, SPLITS, read_manifest
from bench.datasets.format.stamps import check_listing
from bench.datasets.makers.pieces import Piece
from bench.datasets.makers.plan import ImportPlan
from bench.datasets.makers.sample import EVERY_ROW
from bench.datasets.makers.source import TableSource, open_source
from bench.datasets.register.conditions import Condition, all_hold, conditions
from bench.datasets.register.pinned import known_version
from bench.datasets.register.recipe import plan_of
from bench.datasets.register.split_rule import NEITHER, SplitRule
from bench.errors import DatasetError
from bench.model import Dataset, Storage
from bench.stores.filesystem import is_uri

ROWS_OF_A_FILE = 2**40  # row ids of one file; its number among all files stands above


@dataclass(frozen=True)
class Portion:
    """Some rows of a table.

    Attributes:
        row_ids: int64 of shape (rows,).
        sides: The side of each row (`bench.datasets.register.split_rule`), int8 of shape (rows,).
        values: Label, weight if there is one, and features: float32 of shape (columns, rows), NaN where missing.
    """

    row_ids: NDArray[np.int64]
    sides: NDArray[np.int8]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class TableView:
    """How the rows of a table's files become those of a dataset.

    Attributes:
        source: The table's files.
        plan: How columns become label, weight and features.
        rule: Which rows are for training.
        where: Which rows are used at all.
    """

    source: TableSource
    plan: ImportPlan
    rule: SplitRule
    where: tuple[Condition, ...]

    @property
    def pieces(self) -> list[tuple[int, str, list[int]]]:
        """Number and path of each file that may hold rows, and the rows of each of its row groups."""
        return [
            (piece.number, piece.file.path, list(piece.group_rows().values()))
            for piece in self.source.pieces
            if self._may_hold(piece.file)
        ]

    def portions(self, path: str, group: int, features: Sequence[str] | None = None) -> Iterator[Portion]:
        """Read a row group, with the rows of both splits and of none.

        Args:
            path: The file's path.
            group: Number of the row group.
            features: Names of the features to read; all if None.

        Raises:
            DatasetError: The file is damaged, or holds what cannot be used.
            StorageError: The store that holds it does not answer.
        """
        piece = self._by_path[path]
        part = replace(self.source, pieces=(replace(piece, groups={group: EVERY_ROW}),))
        names = list(dict.fromkeys([*self.rule.columns, *(one.column for one in self.where)]))
        beside = (batch for _, batch in part.batches(names) if len(batch)) if names else None
        before = sum(list(replace(piece, groups=None).group_rows().values())[:group])
        at = piece.number * ROWS_OF_A_FILE + before
        for values, _ in self._plan(features).portions(part, None):
            rows = values.shape[1]
            batch = next(beside) if beside else None
            row_ids = np.arange(at, at + rows, dtype=np.int64)
            sides = self.rule.sides(row_ids, batch)
            if self.where:
                sides = np.where(all_hold(self.where, batch), sides, NEITHER).astype(np.int8)
            yield Portion(row_ids, sides, values)
            at += rows

    @functools.cached_property
    def _by_path(self) -> dict[str, Piece]:
        """The pieces by the paths of their files, of which there may be many."""
        return {piece.file.path: piece for piece in self.source.pieces}

    def _plan(self, features: Sequence[str] | None) -> ImportPlan:
        if features is None:
            return self.plan
        wanted = set(features)
        chosen = tuple(one for one in self.plan.encoding.features if one.name in wanted)
        return replace(self.plan, encoding=replace(self.plan.encoding, features=chosen))

    def _may_hold(self, file: Any) -> bool:
        """Return whether a file's partition leaves rows that are used: others are never opened."""
        import pyarrow.dataset as ds

        known = ds.get_partition_keys(file.partition_expression)
        compared = [one for one in self.where if one.column in self.source.partitions]
        schema = self.source.schema
        return all(one.holds(pa.array([known.get(one.column)], schema.field(one.column).type))[0] for one in compared)


class RegisteredTable:
    """A table whose manifest was written.

    Attributes:
        groups: By split, the rows of each row group of each file, by path.
    """

    def __init__(self, dataset: Dataset) -> None:
        """Open the table of a dataset.

        Args:
            dataset: The dataset.

        Raises:
            DatasetError: A file is damaged or gone, or the table has changed since it was registered.
            StorageError: The store cannot be reached.
        """
        self._registered = _registered(dataset)
        check_listing(self._registered)
        storage = Storage(**self._registered["storage"])
        source = open_source(self._registered["path"], storage, known=known_version(self._registered))
        # Their places are those of then: files may have come since.
        numbers = {file["path"]: file["number"] for file in self._registered["files"]}
        pieces = [
            replace(piece, number=numbers[piece.file.path]) for piece in source.pieces if piece.file.path in numbers
        ]
        self._view = TableView(
            replace(source, pieces=tuple(pieces)),
            plan_of(self._registered["recipe"]),
            SplitRule(self._registered["split_by"]),
            conditions(self._registered["where"]),
        )
        self._means = dict(zip(dataset.features, self._registered["fill"], strict=True))
        self._dataset = dataset
        self.groups = {
            split: {file["path"]: [rows[side] for rows in file["groups"]] for file in self._registered["files"]}
            for side, split in enumerate(SPLITS)
        }

    def check_unchanged(self, paths: Collection[str]) -> None:
        """See that no file was replaced since the table was registered.

        Args:
            paths: The files' paths.

        Raises:
            DatasetError: One was.
        """
        check_listing(self._registered, paths)

    def read(self, path: str, group: int, split: str, names: Sequence[str]) -> pa.Table:
        """Return the rows of one split in a row group, in their order.

        Args:
            path: The file's path.
            group: Number of the row group.
            split: ``train`` or ``test``.
            names: Names of the columns: ``row_id``, the dataset's label, its weight, its features.

        Raises:
            DatasetError: The file is damaged, or holds what it did not hold when it was registered.
        """
        wanted = set(names)
        features = [name for name in self._dataset.features if name in wanted]
        row_ids, values = [], []
        for portion in self._view.portions(path, group, features):
            mine = portion.sides == SPLITS.index(split)
            row_ids.append(portion.row_ids[mine])
            values.append(portion.values[:, mine])
        beside = self._dataset.before_features
        found = np.concatenate(values, axis=1)
        for column, feature in zip(found[len(beside) :], features, strict=True):
            column[np.isnan(column)] = self._means[feature]
        rows = self.groups[split][path][group]
        if found.shape[1] != rows:
            raise DatasetError(
                f"The file {path} has {found.shape[1]:,} rows of the split {split!r} where it had {rows:,} when it was "
                "registered: register the table again with --force."
            )
        columns = {"row_id": np.concatenate(row_ids), **dict(zip((*beside, *features), found, strict=True))}
        return pa.table({name: columns[name] for name in names})


def _registered(dataset: Dataset) -> Mapping[str, Any]:
    """Return what a table's rows are read by, as it came with the dataset or else out of its manifest."""
    if dataset.description:
        return unpack(dataset.description)
    if not is_uri(dataset.path) and not Path(dataset.path, NAME).is_file():
        raise DatasetError(
            f"{platform.node()} does not see the manifest of {dataset.name} in {dataset.path}, which is too large to "
            f"travel with a trial: `bench data copy {dataset.name} s3://…`, and give that place with --data."
        )
    manifest = read_manifest(dataset.path, dataset.storage)
    if manifest.dataset.fingerprint != dataset.fingerprint:
        raise DatasetError(f"Another table is registered at {dataset.path} now: start again.")
    return manifest.registered
