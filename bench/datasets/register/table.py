"""A registered table, as its manifest describes it: reads the rows of a row group as those of a dataset."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.datasets.format.arrays import Block
from bench.datasets.format.description import unpack
from bench.datasets.format.manifest import NAME, SPLITS, read_manifest
from bench.datasets.format.stamps import AGAIN, check_listing
from bench.datasets.makers.source import open_source
from bench.datasets.register.conditions import conditions
from bench.datasets.register.pinned import known_version
from bench.datasets.register.recipe import plan_of
from bench.datasets.register.split_rule import SplitRule
from bench.datasets.register.used_rows import UsedRows
from bench.datasets.register.view import TableView
from bench.errors import DatasetError
from bench.model import Dataset, Storage
from bench.stores.filesystem import is_uri


def open_view(registered: Mapping[str, Any]) -> TableView:
    """Open a table as it was registered.

    Args:
        registered: What the manifest says of it.

    Raises:
        DatasetError: A file is damaged or gone, or the table has changed since it was registered.
        StorageError: The store cannot be reached.
    """
    check_listing(registered)
    source = open_source(registered["path"], Storage(**registered["storage"]), known=known_version(registered))
    pieces = {piece.file.path: piece for piece in source.pieces}
    # Their places are those of then: files may have come since.
    source = source.only(
        replace(pieces[file["path"]], number=file["number"], groups=dict(file["sampled"]) or None)
        for file in registered["files"]
    )
    used = UsedRows(SplitRule(registered["split_by"]), conditions(registered["where"]), source.schema)
    return TableView(source, plan_of(registered["recipe"]), used)


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
        self._view = open_view(self._registered)
        means = dict(zip(dataset.features, self._registered["fill"], strict=True))
        self._means = {name: means[name] for name in self._registered["imputed"]}
        self._before = dataset.before_features
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

    def read(self, path: str, group: int, split: str, names: Sequence[str], *, use_threads: bool = False) -> Block:
        """Return the rows of one split in a row group, in their order.

        Args:
            path: The file's path.
            group: Number of the row group.
            split: ``train`` or ``test``.
            names: Names of the columns: ``row_id``, the dataset's label, its weight, its features.
            use_threads: Whether pyarrow's threads decode columns at once.

        Raises:
            DatasetError: The file is damaged, or holds what it did not hold when it was registered.
        """
        before = [name for name in names if name in self._before]
        features = [name for name in names if name != "row_id" and name not in self._before]
        found = self._view.read(path, group, [*before, *features], use_threads=use_threads)
        kept = np.flatnonzero(found.sides == SPLITS.index(split))
        rows = self.groups[split][path][group]
        if len(kept) != rows:
            raise DatasetError(
                f"The file {path} has {len(kept):,} rows of the split {split!r} where it had {rows:,} when it was "
                f"registered: {AGAIN}."
            )
        values = found.values[len(before) :]
        for column, feature in zip(values, features, strict=True):
            if feature in self._means:
                column[np.isnan(column)] = self._means[feature]
        beside = {"row_id": found.row_ids, **dict(zip(before, found.values, strict=False))}
        return Block(beside, features, values, None if len(kept) == len(found.sides) else kept)


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
