"""Looks at a label column batch by batch, and turns its values into the float32 labels of a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format.arrays import to_numpy
from bench.datasets.makers.encode import encode
from bench.errors import DatasetError

MOST_CLASSES = 1000
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class LabelRule:
    """How a label column becomes the label of a dataset.

    Attributes:
        column: Name of the column.
        problem: Name of the kind of problem.
        classes: Names of the classes in the order of their codes; empty where the label is a number.
        values: The values of the classes in the same order, of the type that `codes` compares in; None for numbers.
        guess: Why the kind was guessed, as a clause whose subject is the label; empty where it was given.
    """

    column: str
    problem: str
    classes: tuple[str, ...] = ()
    values: pa.Array | None = None
    guess: str = ""

    def codes(self, column: pa.Array | pa.ChunkedArray) -> NDArray[np.float32]:
        """Return the label of each row: the number, or the code of the class: float32 of shape (rows,).

        Args:
            column: Values of the column, none missing, of any type that its files have.

        Raises:
            DatasetError: A value is of no class.
        """
        if self.values is None:
            return encode(column)
        places = pc.index_in(_plain(column, self.values.type), self.values)
        if places.null_count:
            raise DatasetError(
                f"The label {self.column!r} holds a value that it did not hold a moment ago: wait until nobody writes "
                "to its files."
            )
        return to_numpy(places).astype(np.float32)


class LabelValues:
    """Looks at a label column batch by batch, and remembers its different values, if they are not too many."""

    def __init__(self, column: str, kind: pa.DataType) -> None:
        """Start with no rows.

        Args:
            column: Name of the column.
            kind: A type that holds the values of all files.
        """
        self.column, self._type = column, _plain_type(kind)
        self.counts: Counter[Any] = Counter()
        self.many = False

    @property
    def text(self) -> bool:
        """Whether the values are strings."""
        return bool(pa.types.is_large_string(self._type))

    def add(self, column: pa.Array | pa.ChunkedArray, path: str) -> None:
        """Take values.

        Args:
            column: The values.
            path: Where they lie, for the sentence.

        Raises:
            DatasetError: One is missing, infinite, or too large for float32.
        """
        plain = _plain(column, self._type)
        floating = pa.types.is_floating(self._type)
        if plain.null_count or (floating and pc.any(pc.is_nan(plain)).as_py()):
            raise DatasetError(
                f"The label {self.column!r} has missing values in {path}: leave out the rows without a label."
            )
        if floating and pc.any(pc.greater(pc.abs(plain), _LARGEST)).as_py():
            raise DatasetError(
                f"The label {self.column!r} holds infinities, or numbers beyond the 3.4e38 of float32, in {path}: "
                "leave these rows out, or make the numbers smaller."
            )
        if not self.many:
            found = pc.value_counts(plain)
            self._count(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))

    def _count(self, values: Iterable[tuple[Any, int]]) -> None:
        self.counts.update(dict(values))
        self.many = len(self.counts) > MOST_CLASSES
        if self.many:
            self.counts.clear()

    def merge(self, other: LabelValues) -> None:
        """Take the values of another part of the column."""
        if other.many or self.many:
            self.many = True
            self.counts.clear()
        else:
            self._count(other.counts.items())

    def number(self) -> str:
        """Return how many different values there are, for sentences."""
        return f"more than {MOST_CLASSES:,}" if self.many else f"{len(self.counts):,}"

    def names(self) -> list[str]:
        """Return the values as text, in their order; none of them where they are too many."""
        return [_name(value) for value in sorted(self.counts)]

    def chosen(self, kind: str, guess: str, ordered: list[Any]) -> LabelRule:
        """Return the rule for classes.

        Args:
            kind: Name of the kind of problem.
            guess: Why it was guessed.
            ordered: The values in the order of their codes.
        """
        values = pa.array(ordered, self._type)
        return LabelRule(self.column, kind, tuple(map(_name, ordered)), values, guess)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the type in which values are compared."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return kind
    numbers = pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return pa.float64() if numbers else pa.large_string()


def _plain(column: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """Return a column in a type in which values are compared, and both zeros as one."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    plain = column.cast(kind, safe=False)
    return pc.add(plain, 0.0) if pa.types.is_floating(kind) else plain


def _name(value: Any) -> str:
    """Return a value as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
