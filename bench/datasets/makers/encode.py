"""Turns a column of numbers, booleans or strings into float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def categories_of(column: pa.ChunkedArray) -> tuple[str, ...]:
    """Return the different strings of a column, sorted; the code of a string is its place."""
    return tuple(sorted(value for value in pc.unique(column).to_pylist() if value is not None))


def encode(column: pa.ChunkedArray, categories: Sequence[str] | None = None) -> NDArray[np.float32]:
    """Return a column as float32 of shape (rows,), NaN where a value is missing.

    Args:
        column: Numbers or booleans; strings, if ``categories`` are given.
        categories: The strings; the code of a string is its place.

    Raises:
        pyarrow.ArrowException: The column is of another type.
    """
    if categories is not None:
        column = pc.index_in(column.cast(pa.large_string()), pa.array(categories, pa.large_string()))
    elif pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    elif pa.types.is_decimal(column.type) or pa.types.is_dictionary(column.type):
        column = column.cast(pa.float64())
    with np.errstate(over="ignore"):
        values: NDArray[np.float32] = np.asarray(column).astype(np.float32)
        return values
