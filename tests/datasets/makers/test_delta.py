"""Delta tables are read as delta-rs reads them: one version, by its log and not by its directory."""

from __future__ import annotations

import base64
import datetime
import json
import shutil
import string
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from bench import Dataset, rows
from bench.datasets import open_dataset
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.register.register import register_table
from bench.errors import BenchError, DatasetError
from tests.objectstore import BUCKET, ObjectStore

pytestmark = pytest.mark.usefixtures("home")
WAYS = {"import": import_parquet, "register": register_table}
FIRST = pa.table(
    {
        "amount": np.arange(400) / 7,
        "town": ["Bonn", "a b/%20", "Köln", None] * 100,
        "day": [datetime.date(2024, 1, 1), datetime.date(2024, 2, 1)] * 200,
        "late": np.arange(400) // 3 % 2,
    }
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table in partitions: rows were overwritten, deleted and added, and a column came late."""
    path = tmp_path / "trips"
    write_deltalake(path, FIRST.slice(0, 50), partition_by=["town", "day"])
    write_deltalake(path, FIRST, mode="overwrite")
    DeltaTable(path).delete("amount < 5")
    more = FIRST.append_column("people", pa.array(np.arange(400) % 5))
    write_deltalake(path, more, mode="append", schema_mode="merge")
    return path


def read_numbers(dataset: Dataset) -> pd.DataFrame:
    """Return all rows of a dataset, sorted."""
    names = [dataset.label, *dataset.features]
    found = pa.concat_tables(rows.open(dataset, "train", "test").tables(names)).to_pandas()
    return found.sort_values(names, ignore_index=True)


def expected(path: Path, dataset: Dataset, version: int | None = None) -> pd.DataFrame:
    """Return the rows that delta-rs reads, with codes of towns, and missing values as the dataset fills them."""
    frame = DeltaTable(path, version).to_pandas()
    towns = {name: code for code, name in enumerate(sorted(set(frame["town"].dropna())))}
    frame["town"] = frame["town"].map(towns)
    frame["day_month"] = pd.to_datetime(frame["day"]).dt.month
    made = frame[[dataset.label, *dataset.features]].astype(np.float32)
    means = dict(zip(dataset.features, dataset.means, strict=True))
    return made.fillna(means).astype(np.float32).sort_values(list(made.columns), ignore_index=True)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("version", [None, 0, 1, 2])
def test_rows_are_those_of_the_log(table: Path, way: str, version: int | None) -> None:
    """Deleted and overwritten rows are not there, whatever files are, and partitions come from the log."""
    manifest = WAYS[way](str(table), "late", timestamps=["month"], version=version)
    assert manifest.source["version"] == (3 if version is None else version)
    found, wanted = read_numbers(manifest.dataset), expected(table, manifest.dataset, version)
    assert len(found) == {None: 765, 0: 50, 1: 400, 2: 365}[version]
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-5)


def test_later_writes_change_nothing(table: Path) -> None:
    """A registered version stays what it is without its log; a vacuum is told, and so is the file that it took."""
    dataset = register_table(str(table), "late", timestamps=["month"], where="day >= 2024-02-01").dataset
    before = rows.open(dataset, "train").matrix(1)[0]
    write_deltalake(table, FIRST, mode="append", schema_mode="merge")
    DeltaTable(table).delete("amount > 20")
    log = (table / "_delta_log").rename(table / "_log_out_of_sight")
    assert open_dataset("trips") == dataset
    np.testing.assert_array_equal(rows.open(dataset, "train").matrix(1)[0], before)
    log.rename(table / "_delta_log")
    DeltaTable(table).vacuum(0, dry_run=False, enforce_retention_duration=False)
    with pytest.raises(DatasetError, match=r"The file .*parquet is gone .*, as after a vacuum of the Delta table"):
        rows.open(dataset, "train")
    with pytest.raises(
        DatasetError, match=r"parquet and \d+ more of the Delta table .* is gone, .* version 3; version 7"
    ):
        register_table(str(table), "late", timestamps=["month"], version=3, name="x")


def test_a_plain_table_keeps_its_places(tmp_path: Path) -> None:
    """A file that comes to a registered directory, before others by its name, changes no row id and no split."""
    (tmp_path / "plain").mkdir()
    table = FIRST.select(["amount", "late"])
    pq.write_table(table, tmp_path / "plain" / "b.parquet")
    dataset = register_table(str(tmp_path / "plain"), "late").dataset
    before = list(rows.open(dataset, "train").batches())
    pq.write_table(table, tmp_path / "plain" / "a.parquet")
    for found, wanted in zip(rows.open(dataset, "train").batches(), before, strict=True):
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one, other)


def rewrite_log(table: Path, change: Callable[[dict[str, dict[str, object]]], None]) -> None:
    """Write a table's newest commit again, after a change to each of its actions."""
    file = max((table / "_delta_log").glob("*.json"))
    actions = [json.loads(line) for line in file.read_text().splitlines()]
    for action in actions:
        change(action)
    file.write_text("\n".join(map(json.dumps, actions)))


def asks(table: Path, *features: str, **settings: str) -> None:
    """Make a new table whose protocol asks for features of its readers."""
    shutil.rmtree(table)
    write_deltalake(table, FIRST.drop_columns(["day"]))

    def change(action: dict[str, dict[str, object]]) -> None:
        if "protocol" in action:
            wanted = {"readerFeatures": list(features), "writerFeatures": list(features)}
            action["protocol"] = {"minReaderVersion": 3, "minWriterVersion": 7, **wanted}
        if "metaData" in action:
            action["metaData"]["configuration"] = settings

    rewrite_log(table, change)


def delete_by_vector(table: Path) -> None:
    """Mark the first row of the only file as deleted: an inline Roaring bitmap, in Z85, as the protocol says."""
    asks(table, "deletionVectors")
    bitmap = struct.pack("<IQIIIHHIH", 1681511377, 1, 0, 12346, 1, 0, 0, 16, 0)
    ours = "".join((string.digits, string.ascii_uppercase, string.ascii_lowercase, "!#$%&()*+-;<=>?@^_`{|}~"))
    z85 = "".join((string.digits, string.ascii_lowercase, string.ascii_uppercase, ".-:+=^!/*?&<>()[]{}@%$#"))
    text = base64.b85encode(bitmap, pad=True).decode().translate(str.maketrans(ours, z85))
    vector = {"storageType": "i", "pathOrInlineDv": text, "sizeInBytes": len(bitmap), "cardinality": 1}
    rewrite_log(table, lambda action: action.get("add", {}).update({"deletionVector": vector}))


def map_columns(table: Path) -> None:
    """Give columns other names in files."""
    asks(table, "columnMapping", **{"delta.columnMapping.mode": "name", "delta.columnMapping.maxColumnId": "3"})

    def change(action: dict[str, dict[str, object]]) -> None:
        if "metaData" in action:
            schema = json.loads(str(action["metaData"]["schemaString"]))
            for number, field in enumerate(schema["fields"], 1):
                field["metadata"] = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": f"c{number}"}
            action["metaData"]["schemaString"] = json.dumps(schema)

    rewrite_log(table, change)


def cut_log(table: Path) -> None:
    """Break the newest commit off in its middle."""
    file = max((table / "_delta_log").glob("*.json"))
    file.write_text(file.read_text()[:200])


BAD: dict[str, tuple[Callable[[Path], None], dict[str, object], str]] = {
    "deletion vectors": (delete_by_vector, {}, "has deletion vectors, .*: purge them"),
    "mapped columns": (map_columns, {}, r"maps its columns .*\(column mapping by name\), .*: write its present rows"),
    "a feature of tomorrow": (
        lambda table: asks(table, "unicorns"),
        {},
        "cannot be read .*unicorns.*: write its present",
    ),
    "wider types": (lambda table: asks(table, "typeWidening"), {}, "typeWidening.*: write its present"),
    "a log that is cut": (cut_log, {}, "The log of the Delta table .* cannot be read .*: write its present rows"),
    "no such version": (lambda _: None, {"version": 9}, "There is no version 9 of .*: 3 is the newest"),
    "no Delta table": (
        lambda table: shutil.rmtree(table / "_delta_log"),
        {"version": 0},
        "is no Delta table, .*: leave",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_read_is_a_sentence(table: Path, home: Path, bad: str, way: str) -> None:
    """What a table asks of readers and is not done here ends with the remedy, and leaves nothing."""
    change, options, sentence = BAD[bad]
    change(table)
    with pytest.raises(BenchError, match=sentence) as caught:
        WAYS[way](str(table), "late", timestamps=["month"], **options)
    assert (caught.value.exit_code, list(home.iterdir())) == (2, [])


def test_vectors_that_are_allowed_and_not_used(table: Path) -> None:
    """A table whose writers might have used them is read."""
    asks(table, "deletionVectors", "columnMapping")
    assert register_table(str(table), "late").dataset.rows == 400


def test_a_part_of_a_table(table: Path) -> None:
    """Files and partitions of a table are refused, with its name."""
    for part in ("", "/*/*.parquet"):
        with pytest.raises(DatasetError, match=f"{table} is a Delta table, .*: give {table} itself"):
            import_parquet(f"{table}/town=Bonn{part}", "late", name="x")


def test_without_delta_rs(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence names the extra."""
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(BenchError, match=r"is a Delta table: install .* `pip install 'tf-spark-bench\[delta\]'`"):
        register_table(str(table), "late")


def test_a_table_in_a_store(table: Path, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a bucket it is as on a disk."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    for file in (file for file in table.rglob("*") if file.is_file()):
        with store.filesystem().open_output_stream(f"{BUCKET}/delta/{file.relative_to(table)}") as out:
            out.write(file.read_bytes())
    here, there = (
        register_table(path, "late", timestamps=["month"], name=name, storage=store.storage).dataset
        for name, path in {"here": str(table), "there": f"s3://{BUCKET}/delta"}.items()
    )
    pd.testing.assert_frame_equal(read_numbers(there), read_numbers(here))
