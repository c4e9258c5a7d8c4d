"""Columns become float32 by value, whatever their type, and what float32 does not keep is counted."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from bench.datasets.makers.encode import encode, rounded

DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "kind", "expected", "lost"),
    [
        ([1, None, -5], pa.int8(), [1, np.nan, -5], 0),
        ([2**24, 2**24 + 1, None, 2**60, -(2**24) - 1], pa.int64(), [2**24, 2**24, np.nan, 2**60, -(2**24)], 2),
        ([2**63 - 1, -(2**63), 0], pa.int64(), [2.0**63, -(2.0**63), 0], 1),
        ([2**64 - 1, 2**63, None], pa.uint64(), [2.0**64, 2.0**63, np.nan], 1),
        ([0.1, 16777217.0, 16777217.5, None], pa.float64(), [0.1, 16777216.0, 16777218.0, np.nan], 1),
        ([0.5, None, 65504.0], pa.float16(), [0.5, np.nan, 65504], 0),
        ([True, None, False], pa.bool_(), [1, np.nan, 0], 0),
        ([Decimal("123456.78"), Decimal("1234567.89"), None], pa.decimal128(9, 2), [123456.78, 1234567.89, np.nan], 1),
        ([Decimal("12.34")] * 2, pa.decimal32(4, 2), [12.34] * 2, 0),
        ([DAY, DAY / 2, None], pa.duration("ms"), [86400, 43200, np.nan], 0),
        ([365 * DAY + DAY / 86_400_000], pa.duration("us"), [365 * 86400], 1),
        ([datetime.time(1, 0, 1), None], pa.time32("s"), [3601, np.nan], 0),
        ([datetime.time(0, 0, 0, 500_000)], pa.time64("ns"), [0.5], 0),
    ],
)
@pytest.mark.parametrize("form", ["array", "chunked", "dictionary"])
def test_values_and_what_is_lost(
    values: list[object], kind: pa.DataType, expected: list[float], lost: int, form: str
) -> None:
    """Each type gives the nearest float32, NaN where nothing is, alone, in pieces and by way of a dictionary."""
    column = pa.array(values, kind)
    if form == "dictionary":
        places = pa.array([None if value is None else at for at, value in enumerate(values)], pa.int32())
        column = pa.DictionaryArray.from_arrays(places, column)
    elif form == "chunked":
        column = pa.chunked_array([column[:1], column[1:]])
    found = encode(column)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(expected, np.float64).astype(np.float32))
    assert rounded(column, found) == lost


def test_a_missing_value_beside_it_changes_no_number() -> None:
    """A large whole number is rounded once, with and without a null in its column: not first to float64."""
    number = 2**60 + 2**36 + 1  # by way of float64, which drops the 1, half of a step remains, and is rounded down
    alone, beside = encode(pa.array([number])), encode(pa.array([number, None]))
    assert alone[0] == beside[0] == 2**60 + 2**37


def test_strings_become_their_places() -> None:
    """A string is its place in the list, whatever type of string it is; one that is missing is NaN."""
    for column in (pa.array(["b", None, "a"]), pa.array(["b", None, "a"]).dictionary_encode()):
        np.testing.assert_array_equal(encode(column, ("a", "b")), [1, np.nan, 0])
    np.testing.assert_array_equal(encode(pa.array(["b"], pa.string_view()), ("a", "b")), [1])
