"""Exports lose nothing that they promise to keep, and other tools read them."""

import csv
import io
import json
import subprocess
import sysconfig
from pathlib import Path

import pytest
from pytest_benchmark.stats import Stats

from bench.errors import ResultsError
from bench.records.reading import read
from bench.report.exports import mlflow, pytest_benchmark, table
from bench.report.write import write
from tests.report.made import MadeCase, make_run, write_run

CASES = [
    ("null", MadeCase(0.0)),
    ("xgboost", MadeCase(1.0, auc=0.74)),
    ("tensorflow", MadeCase(9.0, status=["ok", "timeout", "ok", "ok", "failed"])),
    ("horovod", MadeCase(9.0, workers=2, inner={"rendezvous": [1.0, 1.5]})),
    ("needy", MadeCase(1.0, status="skipped", reason="it needs x: pip install 'x[y]'.")),
]


@pytest.fixture
def run(tmp_path):
    """The directory of a run with every kind of end."""
    return write_run(make_run(CASES, path=tmp_path))


@pytest.mark.parametrize("kind", ["json", "parquet"])
@pytest.mark.parametrize("page", ["html", "md", "text"])
def test_what_is_exported_and_read_back_gives_the_same_report(run, tmp_path, kind, page):
    """A report of an export beside the run's logs is byte for byte the report of the run."""
    original, exported, again = run / "a", run / f"export.{kind}", run / "b"
    write(read([run], tmp_path), original, page)
    write(read([run], tmp_path), exported, kind)
    write(read([exported], tmp_path), again, page)
    assert again.read_bytes() == original.read_bytes()


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_records_come_back_as_they_were(run, tmp_path, kind):
    """Every record of several runs comes back equal, in its order, with what was known of its run."""
    write_run(make_run(CASES, path=tmp_path, name="second", host={"cpu": "Another"}))
    before = read([run, tmp_path / "second"], tmp_path)
    write(before, tmp_path / f"export.{kind}", kind)
    after = read([tmp_path / f"export.{kind}"], tmp_path)
    assert [one.records for one in after] == [one.records for one in before]
    assert [one.run["environment"] for one in after] == [one.run["environment"] for one in before]


def test_where_the_dataset_lay_stays_at_home(run, tmp_path):
    """An export does not tell others the paths of this machine."""
    write(read([run], tmp_path), tmp_path / "export.json", "json")
    assert "/somewhere" not in (tmp_path / "export.json").read_text()


@pytest.mark.parametrize("kind", ["json", "csv", "parquet"])
def test_every_export_says_what_was_disturbed(tmp_path, kind):
    """Each record has the same words for what others took, or nothing, whatever the format."""
    import pyarrow.parquet as pq

    made = make_run([("a", MadeCase(1.0)), ("b", MadeCase(1.0, foreign=1.37))], repeats=1)
    write([made], tmp_path / f"export.{kind}", kind)
    if kind == "parquet":
        rows = pq.read_table(tmp_path / "export.parquet").to_pylist()
    else:
        text = (tmp_path / f"export.{kind}").read_text()
        rows = json.loads(text)["runs"][0]["records"] if kind == "json" else list(csv.DictReader(io.StringIO(text)))
    assert [row["disturbed"] or None for row in rows] == [None, "other programs used 1.4 cores"]


def test_exports_have_energy_where_a_machine_tells(tmp_path):
    """CSV and Parquet have a column, and MLflow a metric, of the kind that a record has, and of no other."""
    import pyarrow.parquet as pq

    made = make_run([("a", MadeCase(1.0)), ("b", MadeCase(1.0))], repeats=1)
    assert "energy_j" not in table.as_csv([made])
    made.records[1]["resources"]["energy_j"] = 87.5
    rows = list(csv.DictReader(io.StringIO(table.as_csv([made]))))
    write([made], tmp_path / "export.parquet", "parquet")
    columns = pq.read_table(tmp_path / "export.parquet")
    assert [row["energy_j"] for row in rows] == ["", "87.5"]
    assert columns["energy_j"].to_pylist() == [None, 87.5]
    assert mlflow.figures(made.records[1])["energy_j"] == 87.5
    assert "energy_j" not in mlflow.figures(made.records[0])
    assert not any("gpu_energy" in name for name in (*rows[0], *columns.column_names))


def test_pytest_benchmark_has_no_disturbed_control():
    """The control is judged from end to end; only its undisturbed rounds are exported."""
    run = make_run([("null", MadeCase(0.0)), ("a", MadeCase(1.0))], repeats=3)
    run.records[0]["resources"]["foreign_cpu_share"] = 1.0
    rounds = {
        one["params"]["strategy"]: one["stats"]["rounds"]
        for one in json.loads(pytest_benchmark.as_json([run]))["benchmarks"]
    }
    assert rounds == {"null": 2, "a": 3}


def test_parquet_has_columns_to_ask(run, tmp_path):
    """What one asks most is a column of its own, typed, with nulls where nothing was measured."""
    import pyarrow.parquet as pq

    write(read([run], tmp_path), tmp_path / "export.parquet", "parquet")
    rows = pq.read_table(tmp_path / "export.parquet").to_pylist()
    assert len(rows) == 25
    assert {(row["strategy"], row["status"]) for row in rows} >= {("tensorflow", "timeout"), ("needy", "skipped")}
    assert all(
        (row["time_to_model_s"] is None) == (row["status"] != "ok") for row in rows if row["family"] != "control"
    )
    assert rows[1]["phase_train"] == pytest.approx(rows[1]["time_to_model_s"])


def test_csv_has_a_line_for_each_record_and_no_formula():
    """A name that a spreadsheet would compute gets an apostrophe, and everything else is as it was."""
    made = make_run([("=cmd|' /C calc'!A0", MadeCase(1.0)), ('a "quoted", name\n', MadeCase(2.0))], repeats=1)
    rows = list(csv.DictReader(io.StringIO(table.as_csv([made]))))
    assert [row["strategy"] for row in rows] == ["'=cmd|' /C calc'!A0", 'a "quoted", name ']
    assert float(rows[1]["wall_s"]) == made.records[1]["wall_s"]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 8, 9, 30])
def test_statistics_are_those_of_pytest_benchmark(number):
    """Every field of the export's statistics equals what pytest-benchmark computes of the same rounds, exactly (A8)."""
    data = [1.0 + (7919 * value % 104729) / 104729 for value in range(number)] + [9.0] * (number > 8)
    theirs = Stats()
    for value in data:
        theirs.update(value)
    ours = pytest_benchmark.stats(data)
    assert {name: ours[name] for name in Stats.fields} == theirs.as_dict()
    assert ours.keys() - set(Stats.fields) == {"data", "iterations"}


def test_pytest_benchmark_lists_our_cases(run, tmp_path):
    """Its own `compare` reads two exports and lists each case of both by its name."""
    write_run(make_run(CASES, path=tmp_path, name="second", seed=1))
    for name, path in (("one", run), ("two", tmp_path / "second")):
        write(read([path], tmp_path), tmp_path / f"{name}.json", "pytest-benchmark")
    command = [str(Path(sysconfig.get_path("scripts"), "pytest-benchmark")), "compare", "one.json", "two.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("xgboost[train-flights-workers1]", "horovod[train-flights-workers2]", "null[train-flights-workers1]"):
        assert done.stdout.count(name) >= 2, done.stdout
    assert "needy" not in done.stdout


def test_an_export_that_is_none_is_refused_in_a_sentence(run, tmp_path):
    """Other JSON, other Parquet, a newer version and a damaged export each get a sentence that names the file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    write(read([run], tmp_path), tmp_path / "good.json", "json")
    good = json.loads((tmp_path / "good.json").read_text())
    files = {
        "list.json": "[]",
        "torn.json": '{"format": ',
        "newer.json": json.dumps({**good, "version": 99}),
        "less.json": json.dumps({**good, "runs": [{"name": "x"}]}),
        "nothing.json": json.dumps({**good, "runs": [{**good["runs"][0], "run": {}}]}),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    pq.write_table(pa.table({"record": ["{}"]}), tmp_path / "other.parquet")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    for name in (*files, "other.parquet", "torn.parquet"):
        with pytest.raises(ResultsError, match=name):
            read([tmp_path / name], tmp_path)
