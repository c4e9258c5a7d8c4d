"""Rows that a process holds already, as those of a dataset: what was handed over is read like files, and not written.

A pipeline hands features over in memory: a trainer opens them by `bench.rows.open`, as it opens any dataset, and makes
the one copy into its matrix that it would make of a file.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.datasets.format.arrays import Block, in_one, to_numpy
from bench.rows.groups import RowGroup

if TYPE_CHECKING:
    import pyarrow as pa

    from bench.model import Dataset

SCHEME = "held:"  # of the path of such a dataset; no URI, since no other process can follow it
GROUP_ROWS = 65_536
_NUMBERS = itertools.count()
_HELD: dict[str, Any] = {}


@dataclass(frozen=True)
class HeldRows:
    """Rows in memory.

    Attributes:
        tables: A table for each split, of ``row_id`` (int64), label, weight and features (float32).
        is_share: Whether they are a rank's part already.
    """

    tables: Mapping[str, pa.Table]
    is_share: bool = False


def hold(dataset: Dataset, content: Any) -> Dataset:
    """Return a dataset whose rows are held by this process.

    Args:
        dataset: The dataset that they are of.
        content: `HeldRows`, which `bench.rows.open` opens; or anything else that a strategy's own reader knows, such
            as a data frame of Spark.
    """
    path = f"{SCHEME}{next(_NUMBERS)}"
    _HELD[path] = content
    return replace(dataset, path=path, table="", listing="", description="")


def hold_share(dataset: Dataset, tables: Mapping[str, pa.Table]) -> None:
    """Hold a rank's own rows, in its process; they are its shard, however many ranks there are.

    Args:
        dataset: Out of `hold`, in the process that has sent the rows.
        tables: A table for each split.
    """
    _HELD[dataset.path] = HeldRows(tables, is_share=True)


def held(dataset: Dataset) -> Any:
    """Return what this process holds of a dataset; None where its rows are in files.

    Args:
        dataset: Any dataset.
    """
    return _HELD.get(dataset.path)


class HeldTables:
    """Arrow tables in memory, read as `bench.rows.files.RowFiles` reads files.

    Attributes:
        dataset: The dataset.
        is_share: Whether the rows are a rank's part already.
    """

    def __init__(self, dataset: Dataset, tables: Mapping[str, pa.Table], *, is_share: bool = False) -> None:
        """Take the tables.

        Args:
            dataset: The dataset.
            tables: A table for each split.
            is_share: Whether they are a rank's part already.
        """
        self.dataset, self._tables, self.is_share = dataset, tables, is_share

    def row_groups(self, split: str) -> list[RowGroup]:
        """List stretches of the rows of a split; they take the place of row groups.

        Args:
            split: ``train`` or ``test``.
        """
        rows = len(self._tables[split])
        starts = range(0, rows, GROUP_ROWS)
        return [RowGroup(split, number, min(GROUP_ROWS, rows - start)) for number, start in enumerate(starts)]

    @contextmanager
    def open_reader(self, groups: Sequence[RowGroup], columns: Sequence[str]) -> Iterator[HeldReader]:
        """Give a reader of these stretches; see `bench.rows.files.RowFiles.open_reader`."""
        del groups
        yield HeldReader(self._tables, columns, {"row_id", *self.dataset.before_features})


@dataclass(frozen=True)
class HeldReader:
    """Reads stretches of tables in memory.

    Attributes:
        tables: A table for each split.
        columns: The columns to read.
        beside: Columns that are no features.
    """

    tables: Mapping[str, pa.Table]
    columns: Sequence[str]
    beside: Collection[str]

    def read(self, group: RowGroup, *, use_threads: bool) -> Block:
        """Return the rows of a stretch, in place."""
        del use_threads
        rows = self.tables[group.path].slice(group.index * GROUP_ROWS + group.start, group.rows)
        found = {name: to_numpy(in_one(rows.column(name))) for name in self.columns}
        features = [name for name in self.columns if name not in self.beside]
        others = {name: values for name, values in found.items() if name in self.beside}
        return Block(others, features, [found[name] for name in features])
