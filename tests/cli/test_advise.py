"""The verb `bench advise`: its exit codes, its sentences, and that it measures nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench.cli import main
from bench.records.directory import Run, RunDirectory
from bench.records.reading import read
from bench.records.schema import check
from tests.advise.measured import SIZES, Maker, fast, ladder, slow
from tests.report.made import write_run

ROWS = ("--rows", "1e7")


def call(tmp_path: Path, makers: Mapping[str, Maker], *options: str) -> Result:
    """Write a ladder of runs, and ask."""
    runs = [write_run(run) for run in ladder(makers, path=tmp_path / "results")]
    sources = [part for run in runs for part in ("--from", run.name)]
    return CliRunner().invoke(main, ["advise", *sources, "--results", str(tmp_path / "results"), *options])


CLEAR = {"xgboost": Maker(fast), "lightgbm": Maker(slow)}
CLOSE = {"xgboost": Maker(fast), "lightgbm": Maker(lambda rows: 1.01 * fast(rows))}
BUSY = {"xgboost": Maker(fast, busy=SIZES)}


@pytest.mark.parametrize(
    ("makers", "options", "code", "sentence"),
    [
        (CLEAR, ROWS, 0, "xgboost, forecast"),
        (CLEAR, (*ROWS, "--strict"), 0, "xgboost, forecast"),
        (CLOSE, ROWS, 0, "too close to call"),
        (CLOSE, (*ROWS, "--strict"), 3, "too close to call"),
        (BUSY, ROWS, 6, "no answer"),
        (CLEAR, (*ROWS, "--memory-share", "1%"), 6, "--memory-share"),
        (CLEAR, (), 2, "The number of rows is missing"),
        (CLEAR, ("--rows", "1e5"), 2, "Up to 1,600,000 rows were measured"),
        ({"null": Maker(fast)}, ROWS, 2, "no trial that did any work"),
    ],
)
def test_exit_codes(
    tmp_path: Path, makers: Mapping[str, Maker], options: tuple[str, ...], code: int, sentence: str
) -> None:
    """0 answered, 2 no question, 3 too close where that is strict, 6 refused; nothing is left behind."""
    done = call(tmp_path, makers, *options)
    assert done.exit_code == code, done.output
    assert sentence in done.output
    assert {path.name for path in (tmp_path / "results").iterdir()} == {f"run-{rows}" for rows in SIZES}


def test_json_fits_its_schema(tmp_path: Path) -> None:
    """The document names the recommended contender, with intervals and the version of the calibration."""
    document = json.loads(call(tmp_path, CLEAR, *ROWS, "--json").stdout)
    check(document, "advice", 1, "This advice has")
    assert document["verdict"] == "sure"
    assert document["recommended"] == "xgboost"
    assert document["calibration"]["version"]
    first = document["contenders"][0]
    assert first["time_s"]["low95"] < first["time_s"]["low80"] < first["time_s"]["estimate"]
    assert first["time_s"]["reach"] == pytest.approx(6.25)


def test_two_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Nights have the same names for their runs: neither is left away unseen. A run that is named twice counts once."""
    (run,) = ladder(CLEAR, SIZES[:1], path=tmp_path / "a")
    first = write_run(run)
    later = {**run.run, "started_at": "2026-11-25T00:00:00Z"}
    other = write_run(Run(RunDirectory(tmp_path / "b" / first.name), later, run.records, []))
    assert [len(read(paths, tmp_path)) for paths in ([first], [first, first])] == [1, 1]
    done = CliRunner().invoke(main, ["advise", *ROWS, "--from", str(first), "--from", str(other)])
    assert done.exit_code == 2, done.output
    assert f"Two runs are called {first.name}, as those of two nights are" in done.output


def test_the_table_in_question_has_the_rows(tmp_path: Path, home: Path) -> None:
    """Without --rows those of --data count; a table with other features is refused with the fact."""
    made = CliRunner().invoke(main, ["data", "make", "synthetic", "--rows", "5e3", "--features", "3"])
    assert made.exit_code == 0, made.output
    (data,) = home.iterdir()
    makers = {"xgboost": Maker(lambda rows: 1 + rows / 100)}
    runs = [write_run(run) for run in ladder(makers, (100, 200, 400, 800), path=tmp_path / "results")]
    sources = [part for run in runs for part in ("--from", str(run))]
    done = CliRunner().invoke(main, ["advise", *sources, "--data", data.name])
    assert done.exit_code == 6
    assert "5,000 rows" in done.output
    assert "the tables differ in their label" in done.output
