"""A plain table that is given where a dataset is asked for is registered, once, and said to be."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from deltalake import DeltaTable, write_deltalake
from pyarrow import orc

from bench.cli import main
from bench.datasets import ensure
from bench.datasets.register.register import register_table
from bench.errors import BenchError, DatasetError, UsageError
from tests.objectstore import BUCKET, ObjectStore

TABLE = pa.table({"a": np.arange(400) / 3, "b": np.arange(400) % 7, "Target": np.arange(400) // 2 % 2})


@pytest.fixture
def trips(tmp_path: Path, home: Path) -> Path:
    """A directory with two files."""
    assert not list(home.iterdir())
    path = tmp_path / "trips"
    path.mkdir()
    for number in range(2):
        pq.write_table(TABLE.slice(200 * number, 200), path / f"{number}.parquet")
    return path


def run(*arguments: object) -> Result:
    """Plan a run."""
    return CliRunner().invoke(main, ["run", "--dry-run", "--strategy", "lightgbm", *map(str, arguments)])


def test_it_is_registered_once_and_said_to_be(trips: Path, home: Path) -> None:
    """The label is found by its name; the second time nothing is written; its name is that of a dataset."""
    said: list[str] = []
    first, second = (ensure(str(trips), tell=said.append) for _ in range(2))
    assert first == second == ensure("trips-Target")
    assert (first.name, first.label, first.rows, first.table) == ("trips-Target", "Target", 400, str(trips))
    assert f"{trips} is a plain table: it is registered as the dataset 'trips-Target', of kind binary" in said[0]
    assert said[1] == f"{trips} is a plain table, and registered as the dataset 'trips-Target' already."
    assert [path.name for path in home.iterdir()] == ["trips-Target"]


@pytest.mark.usefixtures("home")
def test_what_gives_the_label_away_is_said(tmp_path: Path) -> None:
    """A run warns of it, as registering by hand does, and runs."""
    told = TABLE.append_column("refund", TABLE["Target"])
    pq.write_table(told, tmp_path / "told.parquet")
    answer = run("--data", tmp_path / "told.parquet")
    assert answer.exit_code == 0, answer.output
    assert "Warning: This feature alone tells the label, refund (" in answer.stderr
    assert "Warning" not in run("--data", "told-Target").stderr


@pytest.mark.parametrize("form", ["orc", "delta", "file", "pattern"])
def test_whatever_can_be_registered(trips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """ORC, Delta, one file by a relative path, and a pattern."""
    monkeypatch.chdir(tmp_path)
    given = {"orc": "x.orc", "delta": "lake", "file": "trips/0.parquet", "pattern": "trips/*.parquet"}[form]
    if form == "orc":
        orc.write_table(TABLE, tmp_path / given)
    if form == "delta":
        write_deltalake(tmp_path / given, TABLE)
    assert ensure(given, label="b").rows == (200 if form == "file" else 400)
    assert trips.exists()


def test_on_the_command_line(trips: Path) -> None:
    """`bench run` says what it did, and takes the label that it is told."""
    result = run("--data", trips, "--label", "b")
    assert result.exit_code == 0, result.output
    assert "registered as the dataset 'trips-b', of kind multiclass, whose label is 'b'" in result.stderr
    assert "lightgbm" in result.stdout
    assert run("--data", "trips-b", "--label", "a").exit_code == 2


BAD: dict[str, tuple[pa.Table, str, type[BenchError], str]] = {
    "no label": (
        TABLE.rename_columns(["a", "b", "c"]),
        "",
        UsageError,
        "no column is called label, target, y: say which .* --label COL` or `bench data register .*, out of a, b, c",
    ),
    "two labels": (TABLE.rename_columns(["a", "y", "LABEL"]), "", UsageError, "y and LABEL may each be its label: say"),
    "no such label": (TABLE, "c", DatasetError, "There is no column 'c': the columns are a, b, Target"),
    "times": (
        TABLE.append_column("when", pa.array([datetime.datetime(2024, 1, 1)] * 400)),
        "Target",
        DatasetError,
        "is a plain table, of which `bench data register .* --label Target` says: .*--timestamps",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_it_lacks_is_a_sentence(tmp_path: Path, home: Path, bad: str) -> None:
    """The columns are listed with the command to type, and nothing half-written stays."""
    table, label, kind, sentence = BAD[bad]
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(kind, match=sentence) as caught:
        ensure(str(tmp_path / "t.parquet"), label=label)
    assert (caught.value.exit_code, list(home.iterdir())) == (2, [])


def test_another_dataset_is_never_replaced(trips: Path, tmp_path: Path) -> None:
    """A name that is taken, files that have come and a new version of a Delta table end with what to type."""
    ensure(str(trips), label="b")
    pq.write_table(TABLE, trips / "2.parquet")
    with pytest.raises(DatasetError, match=r"has other files than .* 'trips-b': say `bench data register .* --force`"):
        ensure(str(trips), label="b")
    assert ensure("trips-b").rows == 400
    register_table(str(trips / "0.parquet"), "a", name="trips-a")
    with pytest.raises(UsageError, match="There is a dataset 'trips-a' already, of something else: say"):
        ensure(str(trips), label="a")
    write_deltalake(tmp_path / "lake", TABLE)
    ensure(str(tmp_path / "lake"))
    DeltaTable(tmp_path / "lake").delete("b = 1")
    with pytest.raises(DatasetError, match="has other files than"):
        ensure(str(tmp_path / "lake"))


def test_in_a_store(trips: Path, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URI without a manifest is a plain table, and one with nothing is said to be nothing."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    for file in trips.iterdir():
        with store.filesystem().open_output_stream(f"{BUCKET}/lake/trips/{file.name}") as out:
            out.write(file.read_bytes())
    assert ensure(f"s3://{BUCKET}/lake/trips", store.storage).rows == 400
    with pytest.raises(DatasetError, match="There is no dataset at"):
        ensure(f"s3://{BUCKET}/lake/nothing", store.storage)
