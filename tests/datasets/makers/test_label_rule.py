"""A label column is of the kind that its values say, or that one was told, or is refused in one sentence."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from bench.datasets.makers.label_rule import label_rule
from bench.datasets.makers.labels import LabelRule, LabelValues
from bench.errors import DatasetError


def read(values: Any, kind: str | None = None, positive: str | None = None) -> tuple[LabelRule, pa.Array]:
    """Return the rule of a column that comes in two batches, and the column."""
    column = values if isinstance(values, pa.Array) else pa.array(values)
    seen = LabelValues("y", column.type)
    for part in (column[: len(column) // 2], column[len(column) // 2 :]):
        seen.add(part, "y.parquet")
    return label_rule(seen, kind, positive), column


DECIMALS = [decimal.Decimal("1.50"), decimal.Decimal("2.25"), decimal.Decimal("2.50")]


@pytest.mark.parametrize(
    ("values", "kind", "classes"),
    [
        ([False, True] * 4, "binary", ("false", "true")),
        ([0, 1] * 4, "binary", ("0", "1")),
        ([1.0, 0.0] * 4, "binary", ("0", "1")),
        ([-1, 1] * 4, "binary", ("-1", "1")),
        ([1, 2] * 4, "binary", ("1", "2")),
        ([0.25, 0.75] * 4, "binary", ("0.25", "0.75")),
        ([-0.0, 0.0, 1.0] * 4, "binary", ("0", "1")),
        (["yes", "no"] * 4, "binary", ("no", "yes")),
        (["TRUE", "FALSE"] * 4, "binary", ("FALSE", "TRUE")),
        (pa.array(["Y", "N"] * 4).dictionary_encode(), "binary", ("N", "Y")),
        ([3, 1, 2] * 4, "multiclass", ("1", "2", "3")),
        ([3.0, 1.0, 2.0] * 4, "multiclass", ("1", "2", "3")),
        (["cat", "ant", "bee"] * 4, "multiclass", ("ant", "bee", "cat")),
        (pa.array([7, 8, 2**60] * 4), "multiclass", ("7", "8", str(2**60))),
        (list(range(1000)) * 2, "multiclass", tuple(map(str, range(1000)))),
        (list(range(1001)), "regression", ()),
        ([0.5, 1.5, 2.5] * 4, "regression", ()),
        (pa.array(DECIMALS * 4), "regression", ()),
        (pa.array(np.array([0.5, 1.5, 2.5], np.float16)), "regression", ()),
    ],
)
def test_the_kind_is_guessed(values: Any, kind: str, classes: tuple[str, ...]) -> None:
    """Two values are two classes, strings and few whole numbers are classes, all else is a number."""
    rule, column = read(values)
    assert (rule.problem, rule.classes) == (kind, classes)
    assert rule.guess.startswith("it holds ")
    codes = rule.codes(column)
    assert codes.dtype == np.float32
    if classes:
        named = [str(value).lower() if isinstance(value, bool) else value for value in column.to_pylist()]
        same = [str(int(value)) if isinstance(value, float) and value % 1 == 0 else str(value) for value in named]
        assert [classes[int(code)] for code in codes] == same
    else:
        np.testing.assert_array_equal(codes, np.array(column.to_pylist(), np.float32))


@pytest.mark.parametrize(
    ("values", "positive", "classes"),
    [
        (["ham", "spam"] * 4, "ham", ("spam", "ham")),
        (["ham", "spam"] * 4, "spam", ("ham", "spam")),
        ([True, False] * 4, "False", ("true", "false")),
        ([0, 1] * 4, "0", ("1", "0")),
        ([-1.0, 1.0] * 4, "-1", ("1", "-1")),
    ],
)
def test_the_positive_value_is_named(values: Any, positive: str, classes: tuple[str, ...]) -> None:
    """The value that is named has label 1."""
    rule, column = read(values, positive=positive)
    assert (rule.problem, rule.classes) == ("binary", classes)
    assert sorted(set(rule.codes(column).tolist())) == [0.0, 1.0]
    assert rule.codes(column[:1])[0] == classes.index(str(values[0]).lower().removesuffix(".0"))


def test_a_kind_that_is_named_is_taken() -> None:
    """Whole numbers may be amounts, two values may be classes of many, and a package's kind takes numbers."""
    assert read([1, 2, 3], "regression")[0] == LabelRule("y", "regression")
    assert read([1, 2], "multiclass")[0].classes == ("1", "2")
    assert read([1.5, 2.5, 3.5], "multiclass")[0].classes == ("1.5", "2.5", "3.5")
    assert read([1, 2, 3], "of-a-package")[0] == LabelRule("y", "of-a-package")


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "kind", "positive", "sentence"),
    [
        (pa.array([], pa.int64()), None, None, "holds no value"),
        ([1, 1], None, None, "holds one value only, 1: give rows"),
        ([0.5, 0.5], "regression", None, "holds one value only, 0.5"),
        ([1, None], None, None, r"has missing values in y\.parquet"),
        ([1.0, NAN], None, None, r"has missing values in y\.parquet"),
        ([1.0, float("inf")], "regression", None, "holds infinities"),
        ([1.0, 1e39, 0.5], None, None, "holds infinities, or numbers beyond"),
        (["ham", "spam"], None, None, "'ham' and 'spam', and it is not clear which .* --positive VALUE"),
        (["no", "yes"], None, "maybe", "no value 'maybe': give --positive no or --positive yes"),
        (["a", "b", "c"], None, "a", "holds 3 different values, and --positive is for a label of two"),
        ([0, 1, 2], "binary", None, r"3 different values \(0, 1, 2, …\), .* boolean, or say --kind multiclass"),
        (np.arange(2000) / 2, "binary", None, "more than 1,000 different values, .* say --kind regression"),
        (
            [5, 6, 6, 7, 7],
            None,
            None,
            "3 different whole numbers, some of them in one row only, .* --kind multiclass or",
        ),
        (list(range(1001)), "multiclass", None, "more than 1,000 different values, .* say --kind regression if they"),
        ([f"name {n}" for n in range(1001)], None, None, "too many for classes: join rare ones"),
        (["a", "b"], "regression", None, "holds strings, .* or say --kind multiclass"),
    ],
)
def test_what_is_no_label_is_refused(values: Any, kind: str | None, positive: str | None, sentence: str) -> None:
    """One sentence names the column and says what to do."""
    with pytest.raises(DatasetError, match=sentence) as caught:
        read(values, kind, positive)
    assert "'y'" in str(caught.value)


def test_files_may_differ_in_type() -> None:
    """Whole numbers in one file and fractions in another are compared as numbers."""
    seen = LabelValues("y", pa.float64())
    seen.add(pa.array([1, 2, 1, 2, 3, 3]), "a.parquet")
    seen.add(pa.array([1.0, 3.0]), "b.parquet")
    rule = label_rule(seen)
    assert rule.classes == ("1", "2", "3")
    assert rule.codes(pa.array([3, 1])).tolist() == rule.codes(pa.array([3.0, 1.0])).tolist() == [2.0, 0.0]


def test_a_value_that_was_not_there_before_is_refused() -> None:
    """A file that changed between two readings is no row of a class that nobody knows."""
    with pytest.raises(DatasetError, match="did not hold a moment ago"):
        read(["ant", "bee", "cat"])[0].codes(pa.array(["dog"]))


def test_dates_are_no_labels() -> None:
    """A column of another type never comes here: `choose_columns` refuses it."""
    from bench.datasets.makers.columns import choose_columns

    schema = pa.table({"a": [1.0], "y": [datetime.date(2013, 1, 1)]}).schema
    with pytest.raises(DatasetError, match=r"'y' is of type date32\[day\]: make it a number, a boolean or a string"):
        choose_columns(schema, "y")
