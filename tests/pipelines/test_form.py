"""A feature table of another form is refused before anybody trains on it, by a sentence that names the column."""

from __future__ import annotations

import pyarrow as pa
import pytest

from bench.errors import DatasetError
from bench.pipelines.form import require_form

RIGHT = {
    "row_id": pa.array([0, 1], pa.int64()),
    "test": pa.array([True, False]),
    "late": pa.array([0, 1], pa.float32()),
    "age": pa.array([20, 30], pa.float32()),
}


def test_a_table_of_the_right_form_passes() -> None:
    """Columns that nobody asked for are no fault."""
    require_form(pa.table({**RIGHT, "more": pa.array(["a", "b"])}), ("late", "age"))


@pytest.mark.parametrize(
    ("name", "column", "sentence"),
    [
        (
            "age",
            pa.array([20.0, 30.0], pa.float64()),
            "'age' of the feature table is of type double, and has to be float",
        ),
        ("age", pa.array([20, 30], pa.int64()), "'age' of the feature table is of type int64, and has to be float"),
        ("age", pa.array([20, None], pa.float32()), "'age' of the feature table is with missing values"),
        ("age", None, "has no column 'age'"),
        ("late", pa.array(["0", "1"]), "'late' of the feature table is of type string"),
        ("test", pa.array([1, 0], pa.int64()), "'test' of the feature table is of type int64, and has to be bool"),
        ("row_id", pa.array([0.0, 1.0]), "'row_id' of the feature table is of type double, and has to be int64"),
    ],
)
def test_another_form_is_refused(name: str, column: pa.Array | None, sentence: str) -> None:
    """A column that is not there, has another type, or lacks a value."""
    table = {key: values for key, values in (RIGHT | {name: column}).items() if values is not None}
    with pytest.raises(DatasetError, match=sentence):
        require_form(pa.table(table), ("late", "age"))
