"""Which rows of a table are used: in files of unlike types, with missing values, and beside rows left out."""

import datetime
import decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import rows
from bench.datasets.register.conditions import conditions
from bench.datasets.register.register import register_table
from bench.errors import UsageError

ROWS = 600
NUMBERS = np.arange(ROWS)


def write(directory: Path, *columns: pa.Array, **more: Any) -> str:
    """Write a file for each of the arrays, its column ``g``, and return the directory."""
    table = directory / "table"
    table.mkdir()
    for number, column in enumerate(columns):
        held = {"g": column, "x": NUMBERS * 1.0, "label": NUMBERS % 2, **more}
        pq.write_table(pa.table(held), table / f"{number}.parquet", row_group_size=250)
    return str(table)


def read(path: str, split: str, **options: Any) -> np.ndarray:
    """Register a table, and return the features of a split."""
    return rows.open(register_table(path, "label", ("x",), force=True, **options).dataset, split).matrix(1)[0][:, 0]


MOMENTS = [datetime.datetime(2024, 1, 1) + datetime.timedelta(days=int(number % 60)) for number in NUMBERS]
AMOUNTS = [decimal.Decimal(int(number % 60)) for number in NUMBERS]
WHOLE = NUMBERS % 60
UNLIKE = {
    "units of time": [pa.array(MOMENTS, pa.timestamp(unit)) for unit in ("us", "ms")],
    "scales": [pa.array(AMOUNTS, pa.decimal128(10, scale)) for scale in (1, 2)],
    "numbers": [pa.array(WHOLE), pa.array(WHOLE * 1.0)],
    "widths": [pa.array(WHOLE.astype("i1")), pa.array(WHOLE)],
    "views": [pa.array([str(one) for one in WHOLE], pa.string_view()), pa.array([str(one) for one in WHOLE])],
    "texts": [pa.array([str(one) for one in WHOLE]).dictionary_encode(), pa.array([str(one) for one in WHOLE])],
}


@pytest.mark.parametrize("unlike", UNLIKE)
@pytest.mark.usefixtures("home")
def test_a_group_is_on_one_side_in_files_of_unlike_types(tmp_path: Path, unlike: str) -> None:
    """A group is told by its value, whatever the type that a file has it in."""
    path = write(tmp_path, *UNLIKE[unlike])
    sides = [set(np.unique(read(path, split, split_by="group=g") % 60)) for split in ("train", "test")]
    assert not sides[0] & sides[1]
    assert len(sides[0] | sides[1]) == 60


@pytest.mark.parametrize("unlike", ["numbers", "widths"])
@pytest.mark.usefixtures("home")
def test_conditions_hold_in_files_of_unlike_types(tmp_path: Path, unlike: str) -> None:
    """A value is compared as the type that holds those of all files."""
    path = write(tmp_path, *UNLIKE[unlike])
    value = "20.5" if unlike == "numbers" else "1000"
    assert len(read(path, "train", where=f"g < {value}", split_by="x<500")) == 2 * sum(
        number % 60 < float(value) for number in range(500)
    )


@pytest.mark.usefixtures("home")
def test_a_row_without_a_value_is_on_no_side(tmp_path: Path) -> None:
    """Where nobody knows whether a row comes before or after, it is not used, as with a condition."""
    path = write(tmp_path, pa.array(NUMBERS, mask=NUMBERS % 10 == 0))
    held = {split: set(read(path, split, split_by="g<300")) for split in ("train", "test")}
    assert held["train"] == {number for number in range(300) if number % 10}
    assert held["test"] == {number for number in range(300, ROWS) if number % 10}


SPOILT = {
    "label": ({"label": pa.array(NUMBERS % 2, mask=NUMBERS < 100)}, {}),
    "class": ({"label": np.where(NUMBERS < 100, 7, NUMBERS % 2)}, {}),
    "infinite": ({"x": np.where(NUMBERS < 100, np.inf, NUMBERS)}, {}),
    "weight": ({"w": np.where(NUMBERS < 100, -1.0, 1.0)}, {"weight": "w"}),
}


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.usefixtures("home")
def test_rows_that_are_left_out_are_not_judged(tmp_path: Path, spoilt: str) -> None:
    """A label, a feature or a weight that cannot be used is nobody's business in a row that is not used."""
    columns, options = SPOILT[spoilt]
    path = write(tmp_path, pa.array(NUMBERS), **columns)
    manifest = register_table(path, "label", ("x",), where="g >= 100", **options)
    assert manifest.dataset.problem == "binary"
    assert manifest.dataset.train_rows + manifest.dataset.test_rows == ROWS - 100
    assert rows.open(manifest.dataset, "train").matrix(1)[0].min() >= 100


def test_quotes_hold_what_would_be_read_otherwise() -> None:
    """A value may hold the word that joins conditions, and a column one of the signs that compare."""
    first, second = conditions("town = 'Black and White' and `a<b` >= 3")
    assert (first.column, first.value) == ("town", "Black and White")
    assert (second.column, second.operator, second.value) == ("a<b", ">=", "3")


@pytest.mark.usefixtures("home")
def test_a_moment_in_a_zone_is_asked_for_with_one(tmp_path: Path) -> None:
    """The sentence gives an example."""
    path = write(tmp_path, pa.array(MOMENTS, pa.timestamp("us", "UTC")))
    with pytest.raises(UsageError, match="such as 2024-02-01T00:00:00Z"):
        read(path, "train", where="g < 2024-02-01")
    assert len(read(path, "train", where="g < 2024-02-01T00:00:00Z", split_by="x<300")) == 155
