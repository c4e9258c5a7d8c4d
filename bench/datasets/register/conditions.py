"""Conditions on the columns of a table, such as ``day >= 2024-01-01``: which rows are meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format.arrays import to_numpy
from bench.errors import UsageError

OPERATORS = {
    "<=": pc.less_equal,
    ">=": pc.greater_equal,
    "!=": pc.not_equal,
    "<": pc.less,
    ">": pc.greater,
    "=": pc.equal,
}
_AND = re.compile(r"""\s+and\s+(?=(?:[^'"`]|'[^']*'|"[^"]*"|`[^`]*`)*$)""", re.IGNORECASE)  # and none in quotes
_PARTS = re.compile(r"\s*(?P<column>`[^`]+`|.+?)\s*(?P<operator><=|>=|!=|==|<|>|=)\s*(?P<value>.+?)\s*")


@dataclass(frozen=True)
class Condition:
    """One column compared with one value.

    Attributes:
        column: Name of the column.
        operator: One of `OPERATORS`.
        value: The value, as text.
    """

    column: str
    operator: str
    value: str

    def holds(self, values: pa.Array) -> NDArray[np.bool_]:
        """Return for which values it holds, bool of shape (rows,); for a missing one it does not.

        Args:
            values: Values of the column.
        """
        found = OPERATORS[self.operator](values, self._scalar(values.type))
        return to_numpy(found.fill_null(False))

    def check(self, schema: pa.Schema) -> None:
        """See that there are such values in a table.

        Args:
            schema: Its columns.

        Raises:
            UsageError: There is no such column, or its values cannot be compared with this one.
        """
        if self.column not in schema.names:
            raise UsageError(f"There is no column {self.column!r} to compare with {self.value}: name one of the table.")
        kind = schema.field(self.column).type
        try:
            self.holds(pa.array([], kind))
        except pa.ArrowException as error:
            example = ", such as 2024-02-01T00:00:00Z" if pa.types.is_timestamp(kind) and kind.tz else ""
            raise UsageError(
                f"The column {self.column!r} is of type {kind}, and {self.value!r} is no such value: write one that is"
                f"{example}."
            ) from error

    def _scalar(self, kind: pa.DataType) -> pa.Scalar:
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        return pa.scalar(self.value).cast(plain)


def condition(text: str) -> Condition | None:
    """Return the condition that a text is, such as ``day < 2024-01-01``; None where it compares nothing.

    Args:
        text: A column, which may stand in backquotes, an operator and a value, which may stand in quotes.
    """
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    value = re.sub(r"""^(['"])(.*)\1$""", r"\2", match["value"])
    return Condition(match["column"].strip("`"), match["operator"].replace("==", "="), value)


def conditions(text: str) -> tuple[Condition, ...]:
    """Return the conditions of ``--where``, which are joined by ``and``.

    Raises:
        UsageError: A part of it compares nothing.
    """
    found = []
    for part in _AND.split(text.strip()) if text.strip() else ():
        one = condition(part)
        if one is None:
            raise UsageError(
                f"{part!r} is no condition: write a column, one of {' '.join(OPERATORS)}, and a value, such as "
                '"day >= 2024-01-01"; several are joined by and.'
            )
        found.append(one)
    return tuple(found)


def all_hold(wanted: Sequence[Condition], batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Return for which rows all conditions hold, bool of shape (rows,)."""
    mask = np.ones(len(batch), bool)
    for one in wanted:
        mask &= one.holds(batch[one.column])
    return mask
