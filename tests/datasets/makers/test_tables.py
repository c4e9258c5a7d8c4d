"""Files of a table that keeps a log, and of datasets of ours, are not read as plain Parquet: deleted rows come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError
from tests.objectstore import BUCKET, ObjectStore

Written = Callable[..., Path]

LOGS = {
    "a Delta table": "_delta_log/00000000000000000000.json",
    "an Iceberg table": "metadata/v1.metadata.json",
    "a Hudi table": ".hoodie/hoodie.properties",
    "a Paimon table": "snapshot/snapshot-1",
    "the output of a Spark stream": "_spark_metadata/0",
}


def refusal(table: str, kind: str) -> str:
    """Return a pattern of the sentence: of a Delta table the whole is read, but not by a log that says nothing."""
    if kind == "a Delta table":
        return f"(The log of the Delta table .*{table} cannot be read|{table} is a Delta table, whose log .*: give )"
    return f"{table} is {kind}, and its log, .* import that\\.$"


@pytest.mark.parametrize(("kind", "log"), LOGS.items())
@pytest.mark.parametrize("inside", ["", "/data/part=1", "/data/part=1/a.parquet", "/data/*/*.parquet", "/.."])
def test_a_table_with_a_log_is_refused(
    rows: pa.Table, written: Written, tmp_path: Path, home: Path, kind: str, log: str, inside: str
) -> None:
    """A table, a part of it, one of its files and the directory that holds it are refused by one sentence."""
    written(rows, "outer/table/data/part=1/a.parquet")
    table = tmp_path / "outer" / "table"
    (table / log).parent.mkdir()
    (table / log).write_text("{}")
    with pytest.raises(DatasetError, match=refusal(str(table), kind)) as caught:
        import_parquet(f"{table}{inside}", "label", name="x")
    assert caught.value.exit_code == 2
    assert not list(home.iterdir())


def test_a_link_to_a_file_of_a_table_is_refused(rows: pa.Table, written: Written, tmp_path: Path) -> None:
    """The file that a link leads to counts, not the place of the link."""
    file = written(rows, "table/a.parquet")
    (tmp_path / "table" / "_delta_log").mkdir()
    (tmp_path / "link.parquet").symlink_to(file)
    with pytest.raises(DatasetError, match="is a Delta table"):
        import_parquet(str(tmp_path / "link.parquet"), "label")


@pytest.mark.usefixtures("home")
def test_a_table_beside_the_input_is_nobody_s_business(rows: pa.Table, written: Written, tmp_path: Path) -> None:
    """A pattern that takes other files than the table's is read, and so is a directory metadata without a log."""
    written(rows, "both/table/a.parquet")
    written(rows, "both/plain/a.parquet")
    (tmp_path / "both" / "table" / "_delta_log").mkdir()
    (tmp_path / "both" / "plain" / "metadata").mkdir()
    (tmp_path / "both" / "plain" / "metadata" / "readme.json").write_text("{}")
    assert import_parquet(str(tmp_path / "both" / "pl*"), "label", name="x").dataset.rows == 500


def test_a_dataset_of_ours_inside_is_refused(
    rows: pa.Table, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that holds a dataset of ours, beside other files, names it and leaves nothing."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "input"))
    written(rows, "input/a.parquet")
    import_parquet(str(tmp_path / "input" / "a.parquet"), "label", name="made")
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "other"))
    with pytest.raises(DatasetError, match=f"^{tmp_path}/input/made is a dataset of bench already, .* --data "):
        import_parquet(str(tmp_path / "input"), "label", name="x")
    assert not list((tmp_path / "other").iterdir())


@pytest.mark.parametrize(
    "inside", ["", "/split=train", "/split=test", "/split=train/part-00000.parquet", "/split=*/*.parquet"]
)
def test_a_part_of_a_dataset_of_ours_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    """Half of the rows is no other dataset: a split and a file of it are refused as the whole is."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "some"))
    make_synthetic(500, 4, name="made")
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "other"))
    with pytest.raises(DatasetError, match=f"^{tmp_path}/some/made is a dataset of bench already.* --data "):
        import_parquet(f"{tmp_path}/some/made{inside}", "label", name="x")
    assert not list((tmp_path / "other").glob("*"))


@pytest.mark.usefixtures("home")
def test_a_directory_that_is_called_like_a_split_is_read(rows: pa.Table, written: Written, tmp_path: Path) -> None:
    """Only a manifest makes it one of ours."""
    written(rows, "mine/split=train/a.parquet")
    assert import_parquet(str(tmp_path / "mine" / "split=train"), "label", name="x").dataset.rows == 500


@pytest.mark.parametrize(("kind", "log"), LOGS.items())
def test_a_table_in_a_store_is_refused(
    rows: pa.Table,
    written: Written,
    home: Path,
    store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    log: str,
) -> None:
    """In a bucket it is as on a disk: for the table and for one of its files."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    place = f"{BUCKET}/tables/{log.replace('/', '-')}"
    for name, content in (("data/a.parquet", written(rows).read_bytes()), (log, b"{}")):
        with store.filesystem().open_output_stream(f"{place}/{name}") as out:
            out.write(content)
    for inside in ("", "/data/a.parquet", "/data/*.parquet"):
        with pytest.raises(DatasetError, match=refusal(place, kind)):
            import_parquet(f"s3://{place}{inside}", "label", name="x", storage=store.storage)
    assert not list(home.iterdir())


@pytest.mark.usefixtures("home")
def test_a_pattern_finds_files_in_a_store(
    rows: pa.Table, written: Written, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern in a URI stands for the objects whose names it matches."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    for name in ("a-1", "a-2", "b-1"):
        with store.filesystem().open_output_stream(f"{BUCKET}/plain/{name}.parquet") as out:
            out.write(written(rows).read_bytes())
    manifest = import_parquet(f"s3://{BUCKET}/plain/a-*.parquet", "label", storage=store.storage)
    assert (manifest.dataset.name, manifest.dataset.rows) == ("plain", 1000)
