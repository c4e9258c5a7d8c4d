"""Turns a column of numbers, booleans, spans of time or strings into float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format.arrays import to_numpy

_EXACT = 2**24  # float32 holds whole numbers exactly up to here
_NUMBERS = {
    kind.id for kind in (pa.float16(), pa.float32(), pa.float64(), pa.int8(), pa.int16(), pa.int32(), pa.int64())
}
_NUMBERS |= {kind.id for kind in (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())}
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def categories_of(column: pa.Array | pa.ChunkedArray) -> tuple[str, ...]:
    """Return the different strings of a column, sorted; the code of a string is its place."""
    return tuple(sorted(value for value in pc.unique(column).to_pylist() if value is not None))


def encode(column: pa.Array | pa.ChunkedArray, categories: Sequence[str] | None = None) -> NDArray[np.float32]:
    """Return a column as float32 of shape (rows,), NaN where a value is missing.

    Args:
        column: Numbers, booleans, or spans of time, which become seconds; strings, if ``categories`` are given.
        categories: The strings; the code of a string is its place.

    Raises:
        pyarrow.ArrowException: The column is of another type.
    """
    if categories is not None:
        column = pc.index_in(column.cast(pa.large_string()), pa.array(categories, pa.large_string()))
    column = without_dictionary(column)
    with np.errstate(over="ignore"):
        return _with_holes(column, _numbers(column.drop_null()).astype(np.float32))


def whole_column(column: pa.Array) -> NDArray[Any]:
    """Return a column as `encode` does, or in place as what becomes the same when it is written into a float32 array.

    Args:
        column: What `encode` takes, without categories.
    """
    return np.from_dlpack(column) if column.type.id in _NUMBERS and not column.null_count else encode(column)


def rounded(column: pa.Array | pa.ChunkedArray, values: NDArray[np.float32]) -> int:
    """Return how many values float32 does not keep.

    Whole numbers count, be they of an integer or a floating-point column, and decimals and spans of time that would
    come back as another one of the same digits. Fractions of a floating-point column do not: they lose digits always.

    Args:
        column: What `encode` was given, without categories.
        values: What it returned, all finite or NaN.
    """
    column = without_dictionary(column)
    kind = column.type
    stepped = pa.types.is_decimal(kind) or _is_span(kind)
    if not stepped and not (np.fmax.reduce(values, initial=0) > _EXACT or np.fmin.reduce(values, initial=0) < -_EXACT):
        return 0
    numbers, kept = _numbers(column.drop_null()), values[to_numpy(column.is_valid())]
    if stepped:
        steps = PER_SECOND[kind.unit] if _is_span(kind) else 10.0**kind.scale
        return int((np.rint(kept.astype(np.float64) * steps) != np.rint(numbers * steps)).sum())
    if numbers.dtype.kind == "f":
        return int(((numbers % 1 == 0) & (kept.astype(numbers.dtype) != numbers)).sum())
    # Above the last integer a float32 turns into anything, on some processors into that integer.
    with np.errstate(invalid="ignore"):
        back = kept.astype(numbers.dtype)
    return int(((back != numbers) | (kept >= 2.0 ** (63 if numbers.dtype.kind == "i" else 64))).sum())


def without_dictionary(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return a column with its values in place of their places in a dictionary."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def whole_numbers(column: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """Return points or spans of time as whole numbers of their unit, int64 of shape (rows,).

    Args:
        column: Timestamps, dates, times of a day or durations, none missing.
    """
    narrow = pa.types.is_date32(column.type) or pa.types.is_time32(column.type)
    return to_numpy(column.cast(pa.int32() if narrow else pa.int64())).astype(np.int64)


def _is_span(kind: pa.DataType) -> bool:
    return bool(pa.types.is_duration(kind) or pa.types.is_time(kind))


def _numbers(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Return values, none missing, as numbers of the type that loses least."""
    if _is_span(column.type):
        return whole_numbers(column) / float(PER_SECOND[column.type.unit])
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    return to_numpy(column)


def _with_holes(column: pa.Array | pa.ChunkedArray, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values with NaN at the places where the column has none: not by way of float64, which rounds integers."""
    if len(values) == len(column):
        return values
    filled = np.full(len(column), np.nan, np.float32)
    filled[to_numpy(column.is_valid())] = values
    return filled
