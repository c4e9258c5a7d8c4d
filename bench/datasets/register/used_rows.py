"""Which rows of a table are used, and for what: the split rule and the conditions on its columns together."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.datasets.makers.build import check_rows
from bench.datasets.register.conditions import Condition, all_hold
from bench.datasets.register.split_rule import HASH, NEITHER, SplitRule
from bench.errors import DatasetError


@dataclass(frozen=True)
class UsedRows:
    """The rows of a table that are used; as a `bench.datasets.makers.source.RowFilter`, it leaves out all others.

    Attributes:
        rule: Which of them are for training.
        where: What holds for them.
        schema: The table's columns, with types that hold the values of all files.
    """

    rule: SplitRule
    where: tuple[Condition, ...]
    schema: pa.Schema

    @functools.cached_property
    def columns(self) -> list[str]:
        """Names of the columns that are looked at."""
        return list(dict.fromkeys([*self.rule.columns, *(one.column for one in self.where)]))

    def sides(self, row_ids: NDArray[np.int64], batch: pa.RecordBatch | None) -> NDArray[np.int8]:
        """Return the side of each row (`bench.datasets.register.split_rule`), int8 of shape (rows,).

        Args:
            row_ids: Ids of the rows.
            batch: Their values in `columns`, of the types that their file has; None where there are none.
        """
        if batch is None:
            return self.rule.sides(row_ids, None)
        # One value is another text, and another scalar, in each unit of time, scale or width that a file may have.
        kinds = [self.schema.field(name).type for name in self.columns]
        values = [batch[name].cast(kind, safe=False) for name, kind in zip(self.columns, kinds, strict=True)]
        alike = pa.RecordBatch.from_arrays(values, self.columns)
        sides = self.rule.sides(row_ids, alike)
        return np.where(all_hold(self.where, alike), sides, NEITHER).astype(np.int8) if self.where else sides

    def keep(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Return which rows are used, bool of shape (rows,).

        Args:
            batch: Their values in `columns`.
        """
        return np.asarray(self.sides(np.zeros(len(batch), np.int64), batch) != NEITHER)

    def check_some(self, rows: int) -> None:
        """See that any row is used, where not all are.

        Args:
            rows: How many are.

        Raises:
            DatasetError: None is.
        """
        if not rows and self.columns:
            asked = " and ".join(f"{one.column} {one.operator} {one.value}" for one in self.where)
            where = f"no row has {asked}" if asked else f"the column {self.rule.text!r} says neither train nor test"
            raise DatasetError(f"No row of the table is used, since {where}: ask for others.")

    def check_splits(self, rows: Mapping[str, int]) -> None:
        """See that no split is empty.

        Args:
            rows: Rows of each split.

        Raises:
            DatasetError: One is.
        """
        if self.rule.text == HASH:
            check_rows(rows)
        for split, count in rows.items():
            if not count:
                raise DatasetError(
                    f"The split {split!r} would be empty, since all {sum(rows.values()):,} rows are on the other side "
                    f"of the rule {self.rule.text!r}: split by another value or column, or by {HASH!r}."
                )
