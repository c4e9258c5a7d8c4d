"""A user's own raw tables and features make a dataset that pipelines run on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bench.cli import main
from bench.datasets.format.digests import difference
from bench.datasets.store import open_manifest
from bench.errors import UsageError
from bench.pipelines import ENGINES, definition_of, own_features
from bench.pipelines.check import digests_of
from bench.pipelines.making import _trial, make_from_raw

FEATURES = """
def pandas(tables):
    import numpy as np
    import pandas as pd

    found = tables["orders"].merge(tables["people"], on="person")
    return pd.DataFrame({
        "row_id": found["order"],
        "test": found["order"] % 5 == 0,
        "paid": found["paid"].astype(np.float32),
        "age": found["age"].astype(np.float32),
        "price": found["price"].astype(np.float32),
    })
"""


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Two raw tables, and the file of features beside them."""
    directory = tmp_path / "tables"
    directory.mkdir()
    rows = range(100)
    orders = {"order": rows, "person": [row % 7 for row in rows], "price": [row * 0.5 for row in rows]}
    pq.write_table(pa.table({**orders, "paid": [row % 3 == 0 for row in rows]}), directory / "orders.parquet")
    pq.write_table(pa.table({"person": range(7), "age": range(20, 27)}), directory / "people.parquet")
    (tmp_path / "my_features.py").write_text(FEATURES)
    return directory


def test_ones_own_tables_make_a_dataset(tables: Path, home: Path, tmp_path: Path) -> None:
    """The features travel with the dataset, and an engine comes to its table by them."""
    assert home.exists()
    features = tables.parent / "my_features.py"
    asked = ["data", "make", "from-raw", str(tables), "--features", str(features), "--label", "paid"]
    done = CliRunner().invoke(main, [*asked, "--engine", "pandas", "--name", "mine"])
    assert done.exit_code == 0, done.output
    features.unlink()
    dataset = open_manifest("mine").dataset
    assert (dataset.rows, dataset.test_rows, dataset.features) == (100, 20, ("age", "price"))
    trial, engine = _trial("pandas", dataset, 1, tmp_path), ENGINES["pandas"]
    table = engine.features(trial, engine.start(trial), definition_of(dataset.raw))
    assert difference(digests_of(dataset, table), dataset.raw["digests"]) is None


def test_a_run_makes_it_of_a_file_of_features(tables: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`bench run --features` makes the dataset once; other features, or other tables, do not take its place unasked."""
    monkeypatch.setattr(own_features, "ENGINE", "pandas")
    features, command = tables.parent / "my_features.py", ["run", "--task", "pipeline", "--dry-run"]
    asked = [*command, "--strategy", "pandas+sklearn_histgbt", "--features", str(features)]
    on_tables = [*asked, "--data", str(tables), "--label", "paid"]
    for said in ("is now the dataset 'tables-my_features-paid', of kind binary", "is the dataset"):
        done = CliRunner().invoke(main, on_tables)
        assert (done.exit_code, said in done.output) == (0, True), done.output
        assert "pandas+sklearn_histgbt  pipeline" in done.output
    assert [path.name for path in home.iterdir()] == ["tables-my_features-paid"]
    # Of a dataset that has raw tables, whose label is the default.
    again = CliRunner().invoke(main, [*asked, "--data", "tables-my_features-paid"])
    assert "is now the dataset 'tables-my_features-paid-my_features-paid'" in again.output
    features.write_text(FEATURES + "\n")
    refused = CliRunner().invoke(main, on_tables)
    assert (refused.exit_code, "of other tables or features" in refused.output) == (2, True)


@pytest.mark.usefixtures("home")
def test_tables_without_features_are_refused(tables: Path) -> None:
    """They are no plain table to register, as for other tasks."""
    done = CliRunner().invoke(main, ["run", "--task", "pipeline", "--data", str(tables), "--label", "paid"])
    assert (done.exit_code, "add --features FILE" in done.output) == (2, True), done.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--task", "train"], "say --task pipeline, too"),
        (["--task", "pipeline"], "--label COL"),
        (["--task", "pipeline", "--data", "s3://bucket/shop"], "lies in a store"),
    ],
)
@pytest.mark.usefixtures("home")
def test_features_without_what_they_need_are_refused(tables: Path, options: list[str], sentence: str) -> None:
    """The sentence says what is missing."""
    features = str(tables.parent / "my_features.py")
    done = CliRunner().invoke(main, ["run", "--data", str(tables), "--features", features, *options])
    assert (done.exit_code, sentence in done.output) == (2, True), done.output


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"row_id": found["order"]', '"row_id": found["order"] + 1', "have to be 0, 1, 2"),
        ('found["age"].astype(np.float32)', 'found["age"]', "'age' of the feature table is of type int64"),
        ('"test"', '"split"', "no column 'test'"),
        ("def pandas", "def polars", "has no function pandas"),
        ('on="person"', 'on="nobody"', r"pandas makes no features by my_features.py \(KeyError: 'nobody'\)"),
        ("def pandas(tables):", "def pandas(tables)", r"by my_features.py \(SyntaxError: "),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_table_that_does_not_do_is_refused(tables: Path, old: str, new: str, sentence: str) -> None:
    """The sentence says what is wrong with it."""
    features = tables.parent / "my_features.py"
    features.write_text(FEATURES.replace(old, new))
    with pytest.raises(UsageError, match=sentence):
        make_from_raw(tables, features, "paid", "pandas", name="mine")
