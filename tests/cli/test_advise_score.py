"""`bench advise score`: forecasts against what came, kept, and shown in later answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.cli import main
from tests.advise.measured import SIZES, Maker, fast, ladder, rung, slow
from tests.report.made import write_run

MAKERS = {"xgboost": Maker(fast), "lightgbm": Maker(slow), "tensorflow": Maker(slow, busy=SIZES)}
ASKED = 10_000_000


def call(*arguments: object) -> Result:
    """Call `bench advise`."""
    return CliRunner().invoke(main, ["advise", *map(str, arguments)])


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A directory of runs with a ladder, and an answer made from it."""
    for run in ladder(MAKERS, path=tmp_path):
        write_run(run)
    done = ask(tmp_path)
    assert done.exit_code == 0, done.output
    return tmp_path


def ask(results: Path) -> Result:
    """Ask, and keep the answer."""
    sources = [part for size in SIZES for part in ("--from", f"run-{size}")]
    return call(*sources, "--results", results, "--rows", ASKED, "--out", results / "advice.json")


def measure(results: Path, makers: dict[str, Maker], rows: int = ASKED, **differences: Any) -> str:
    """Write a run at the size that was asked about; return its name."""
    return write_run(rung(makers, rows, path=results, **differences)).name


def score(results: Path, run: str) -> Result:
    """Score a run."""
    return call("score", run, "--for", results / "advice.json", "--results", results)


def test_what_came_is_scored_once_and_shown(results: Path) -> None:
    """Times, memory and grades; a miss is named, and of the refused nothing is scored."""
    late = {"xgboost": Maker(fast), "lightgbm": Maker(lambda rows: 4 * slow(rows)), "tensorflow": Maker(slow)}
    run = measure(results, late)
    done = score(results, run)
    assert done.exit_code == 0, done.output
    assert "xgboost, seconds: forecast 10" in done.output
    assert "lightgbm, seconds: forecast 30" in done.output
    assert "outside both" in done.output
    assert "tensorflow" not in done.output
    assert "Of 6 forecasts that were scored here, 5 were inside their 80 % interval, 5 inside 95 %." in done.output
    lines = [json.loads(line) for line in (results / "scores.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == 2 * ["time_s", "memory_bytes", "grade"]
    assert "6 of them had been scored before" in score(results, run).output
    assert len((results / "scores.jsonl").read_text().splitlines()) == 6
    assert "Of 6 forecasts that were scored here" in ask(results).output


@pytest.mark.parametrize(
    ("rows", "makers", "differences", "sentence"),
    [
        (5_000_000, MAKERS, {}, "has 5,000,000 rows, and the forecasts are of 10,000,000"),
        (ASKED, MAKERS, {"host": {"cpu": "Another CPU"}}, "since machine"),
        (ASKED, MAKERS, {"request": {"trees": 500}}, "since trees is 20 in A and 500 in B"),
        (ASKED, {"mllib_gbt": Maker(fast)}, {}, "has no undisturbed trial of a strategy that has a forecast"),
    ],
)
def test_runs_that_score_nothing(
    results: Path, rows: int, makers: dict[str, Maker], differences: dict[str, Any], sentence: str
) -> None:
    """Other sizes, machines and settings are other questions: one sentence, exit code 2, nothing is kept."""
    done = score(results, measure(results, makers, rows, **differences))
    assert done.exit_code == 2, done.output
    assert sentence in done.output
    assert not (results / "scores.jsonl").exists()


def test_a_given_network_is_compared(tmp_path: Path) -> None:
    """A forecast of one network is scored by a run of the same, and not by one of the family's own."""
    runs = [*ladder({"xgboost": Maker(fast)}, path=tmp_path), rung({"xgboost": Maker(fast)}, ASKED, path=tmp_path)]
    for run in runs:
        run.run["plan"][0]["network"] = {"fingerprint": "0123456789abcdef"}
        write_run(run)
    assert ask(tmp_path).exit_code == 0
    assert score(tmp_path, f"run-{ASKED}").exit_code == 0
    (tmp_path / "own").mkdir()
    own = write_run(rung({"xgboost": Maker(fast)}, ASKED, path=tmp_path / "own"))
    done = score(tmp_path, str(own))
    assert done.exit_code == 2
    assert "since network is 0123456789ab in A" in done.output


def test_a_damaged_score(results: Path) -> None:
    """It is named, and nothing is answered over it."""
    (results / "scores.jsonl").write_text('{"kind": 3}\n')
    done = ask(results)
    assert done.exit_code == 2
    assert "scores.jsonl is damaged" in done.output
