"""Results of a stranger: names that lead elsewhere, numbers that there are not, texts without end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.advise import scores
from bench.datasets.format.manifest import read_manifest
from bench.errors import BenchError, ResultsError
from bench.parsing import json_value, toml_table
from bench.records import export
from bench.records.reading import read
from bench.report.write import links, write
from tests.report.made import MadeCase, make_run, write_run

KEPT = Path(__file__).parents[1] / "kept" / "0.1" / "dataset" / "dataset.json"


@pytest.fixture
def exported() -> dict[str, Any]:
    """The export of a run."""
    return json.loads(export.as_json([make_run([("xgboost", MadeCase(1.0))], repeats=1)]))


@pytest.mark.parametrize("name", ["../elsewhere", "..", "", "/etc", "a/b"])
def test_an_export_does_not_choose_where_its_report_goes(name: str, exported: dict[str, Any], tmp_path: Path) -> None:
    """A run's name is that of a directory beside the export, into which `bench report` may write."""
    exported["runs"][0]["name"] = name
    (tmp_path / "theirs.json").write_text(json.dumps(exported))
    with pytest.raises(ResultsError, match="which is no name of a directory"):
        read([tmp_path / "theirs.json"], tmp_path)


def test_a_log_outside_of_its_run_is_no_link(tmp_path: Path) -> None:
    """Whatever a record says of its log, a report leads into the run's own logs only."""
    run = make_run([("xgboost", MadeCase(1.0))], repeats=2, path=tmp_path)
    (tmp_path / "secret").write_text("treasure")
    write_run(run)
    (found,) = read([run.directory.path], tmp_path)
    for record, log in zip(found.records, ("../secret", "/etc/passwd"), strict=True):
        record["log"] = log
    assert [links([found], tmp_path / "report.html")(record) for record in found.records] == [None, None]
    write([found], tmp_path / "report.html")
    assert "treasure" not in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("path", ["../../elsewhere.parquet", "/etc/passwd", "split=train/../../x", "", 5])
def test_a_manifest_names_files_of_its_own_only(path: object, tmp_path: Path) -> None:
    """A path that leads out of the dataset's directory is a damaged manifest."""
    content = json.loads(KEPT.read_text())
    content["files"][0]["path"] = path
    (tmp_path / "dataset.json").write_text(json.dumps(content))
    with pytest.raises(BenchError, match="files: path is"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": 1e999}', "1" + "0" * 30, "[" * 100_000, "", "{"])
def test_json_that_cannot_be_computed_with_is_refused(text: str) -> None:
    """No number that is none, none beyond what arrays hold, and nothing deeper than Python goes."""
    with pytest.raises(ValueError, match=r"."):
        json_value(text)


@pytest.mark.parametrize("text", ["a = 0x" + "f" * 6000, "a = " + "[" * 100_000, "a = 1\na = 2"])
def test_toml_that_cannot_be_computed_with_is_refused(text: str) -> None:
    """The same of TOML, whose whole numbers have other notations."""
    with pytest.raises(ValueError, match=r"."):
        toml_table(text)


def test_a_header_of_other_types_is_refused(tmp_path: Path) -> None:
    """What a report computes with has to be what it is taken for."""
    run = make_run([("xgboost", MadeCase(1.0))], repeats=1, path=tmp_path)
    run.run["environment"]["host"]["memory_bytes"] = "much"
    write_run(run)
    with pytest.raises(ResultsError, match=r"What .* says of its run is damaged"):
        read([run.directory.path], tmp_path)


def test_a_forecast_of_no_time_is_refused(tmp_path: Path) -> None:
    """What came is told as a share of what was expected, which is more than nothing."""
    kept = {"contender": "xgboost", "kind": "time_s", "rows": 1, "run": "r", "calibration": "1", "reach": 4.0}
    ends = dict.fromkeys(("low80", "high80", "low95", "high95", "measured", "own_error"), 1.0)
    (tmp_path / scores.FILE).write_text(json.dumps({**kept, **ends, "estimate": 0}))
    with pytest.raises(ResultsError, match="is damaged: mend its line"):
        scores.read(tmp_path)
