"""Rules that say which rows of a table are for training and which for testing; every reader comes to the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format.arrays import to_numpy
from bench.datasets.format.hashing import finalise
from bench.datasets.makers.categories import hashed_ids
from bench.datasets.register.conditions import Condition, condition
from bench.errors import DatasetError, UsageError

HASH = "hash"
TRAIN, TEST, NEITHER = 0, 1, 2
_EVERY = 5  # one of so many rows or groups is for testing
_GROUP = "group="
_BUCKETS = 2**20


@dataclass(frozen=True)
class SplitRule:
    """A rule, as ``--split-by`` names it.

    Attributes:
        text: ``hash``: every fifth row, by a hash of its id. ``group=COLUMN``: every fifth value of a column, by its
            hash, so that no value is on both sides. ``COLUMN<VALUE``: rows for which it holds are for training,
            and a row without a value is not used.
            ``COLUMN``: the column says it, true or ``test`` for testing, false or ``train`` for training.
    """

    text: str = HASH

    @property
    def columns(self) -> list[str]:
        """Names of the columns that it looks at."""
        if self.text == HASH:
            return []
        if self.text.startswith(_GROUP):
            return [self.text.removeprefix(_GROUP)]
        compared = self._condition
        return [compared.column if compared else self.text]

    @property
    def holds_split(self) -> str:
        """Name of the column that holds the split, which is no feature; empty if none does."""
        return "" if self.text == HASH or self.text.startswith(_GROUP) or self._condition else self.text

    def check(self, schema: pa.Schema) -> None:
        """See that a table can be split by it.

        Args:
            schema: The table's columns.

        Raises:
            UsageError: A column is missing, or of a type that it cannot look at.
        """
        if compared := self._condition if not self.text.startswith(_GROUP) else None:
            compared.check(schema)
            return
        for name in self.columns:
            if name not in schema.names:
                raise UsageError(f"There is no column {name!r} to split by: name one of the table.")
        kind = schema.field(self.holds_split).type if self.holds_split else pa.bool_()
        if not (pa.types.is_boolean(kind) or _is_text(kind)):
            raise UsageError(
                f"The column {self.text!r} is of type {kind}, which says of no row whether it is for testing: write "
                f"'{self.text}<VALUE' or 'group={self.text}', or name a column of booleans or of train and test."
            )

    def sides(self, row_ids: NDArray[np.int64], batch: pa.RecordBatch | None) -> NDArray[np.int8]:
        """Return the side of each row: `TRAIN`, `TEST` or `NEITHER`, int8 of shape (rows,).

        Args:
            row_ids: Ids of the rows.
            batch: Their values in `columns`; None where there are none.
        """
        if batch is not None and self.columns:
            return self._by_values(batch[self.columns[0]]).astype(np.int8)
        return np.asarray(finalise(row_ids.view(np.uint64)) % np.uint64(_EVERY) == 0, np.int8)

    def _by_values(self, values: pa.Array) -> NDArray[Any]:
        if self.text.startswith(_GROUP):
            return np.asarray(hashed_ids(_as_text(values), _BUCKETS) % _EVERY == 0)
        if self._condition:
            known = to_numpy(values.is_valid())
            return np.where(known, np.where(self._condition.holds(values), TRAIN, TEST), NEITHER)
        if values.null_count:
            raise DatasetError(f"The column {self.text!r} says of some rows nothing: give each its split.")
        if pa.types.is_boolean(values.type):
            return to_numpy(values)
        known = pc.index_in(_as_text(values), pa.array(["train", "test"], pa.large_string()))
        return to_numpy(known.fill_null(NEITHER))

    @property
    def _condition(self) -> Condition | None:
        return condition(self.text)


def _is_text(kind: pa.DataType) -> bool:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain))


def _as_text(values: pa.Array) -> pa.Array:
    plain = values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
    return plain.cast(pa.large_string())
