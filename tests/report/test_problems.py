"""Where less is better, and where a grade has the label's unit, everything that reads grades goes the other way."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.cli import main
from bench.findings.grades import worse_grades
from bench.findings.pareto import front
from bench.problems import PROBLEMS
from bench.records.directory import Run
from bench.report.charts import WIDE, time_and_quality
from bench.report.page import page
from bench.report.write import EXPORTS, PAGES, render
from tests.report.made import MadeCase, make_run, write_run


def made(seconds: float, first: float, problem: str) -> MadeCase:
    """Return a case with a first grade; the others are of no account."""
    names = [metric.name for metric in PROBLEMS[problem].metrics]
    return MadeCase(seconds, grades={names[0]: first, **dict.fromkeys(names[1:], 0.5)})


def run(problem: str, best: float, **options: object) -> Run:
    """Return a run of a fast strategy, a slower one that is better by a tenth, and a third that is beaten in both."""
    return make_run(
        [
            ("null", MadeCase(0.0)),
            ("lightgbm", made(1.0, 1.1 * best, problem)),
            ("xgboost", made(2.0, best, problem)),
            ("tensorflow", made(3.0, 1.05 * best, problem)),
        ],
        dataset="delays",
        problem=problem,
        **options,  # type: ignore[arg-type]
    )


KINDS = {"regression": 38.9, "multiclass": 0.9}


@pytest.mark.parametrize("problem", KINDS)
def test_less_is_better(problem: str) -> None:
    """The front, the answer and the chart's axis take the smaller grade for the better one."""
    [view] = page([run(problem, KINDS[problem])]).views
    assert [case.strategy for case in front(view.group.contenders)] == ["lightgbm", "xgboost"]
    [answer] = view.answers
    assert answer.headline.startswith("Use xgboost: ")
    quality = dict(answer.points)["Quality"]
    assert "of at most" in quality
    assert "Above that: lightgbm and tensorflow." in quality
    chart = time_and_quality(view.group.contenders, view.front, answer.asked, WIDE)
    assert chart is not None
    assert "further down is better" in str(chart)
    names = {layer["data"]["values"][0]["label"]: layer["mark"] for layer in _layers(chart) if _type(layer) == "text"}
    assert (names["lightgbm"]["align"], names["lightgbm"]["dy"]) != ("left", 0)  # the line of the front runs there
    assert "further up" not in str(chart)


def _layers(chart: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer for layer in chart["layer"] if layer.get("data")]


def _type(layer: dict[str, Any]) -> str:
    return str(layer["mark"]["type"])


@pytest.mark.parametrize(
    ("asked", "best"), [(None, "xgboost"), (41.0, "xgboost"), (44.0, "lightgbm"), (100.0, "lightgbm"), (38.0, None)]
)
def test_a_quality_that_is_asked_for(asked: float | None, best: str | None) -> None:
    """The fastest that is as good as asked for is the one to use: of errors, that is no larger one."""
    [view] = page([run("regression", 38.9)], quality=asked).views
    headline = view.answers[0].headline
    if best:
        assert headline.startswith(f"Use {best}: ")
    else:
        assert headline == "Nothing reaches an RMSE of 38.00: the best is xgboost with 38.90."


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1.0, 1e3, 1e6])
def test_the_units_of_an_error(unit: float) -> None:
    """Whatever the label's unit, the answer is the same, figures have four digits that count, and a gain is told."""
    [view] = page([run("regression", 38.9 * unit)]).views
    [answer] = view.answers
    assert answer.headline.startswith("Use xgboost: ")
    chart = str(time_and_quality(view.group.contenders, view.front, answer.asked, WIDE))
    shown = re.search(r"RMSE ([\d.,e+-]+\d)", answer.headline)
    assert shown
    assert float(shown[1].replace(",", "")) == pytest.approx(38.9 * unit, rel=1e-3)
    assert shown[1] in chart
    [cheap] = page([run("regression", 38.9 * unit)], quality=44.0 * unit).views
    assert " The best is xgboost: " in dict(cheap.answers[0].points)["Quality"]


@pytest.mark.parametrize("problem", KINDS)
@pytest.mark.parametrize("kind", [*PAGES, *(kind for kind in EXPORTS if kind != "parquet")])
def test_pages_and_exports_name_the_grades_of_the_kind(problem: str, kind: str) -> None:
    """Every format has the grades of the dataset's own problem, and no word of another's."""
    text = render([run(problem, KINDS[problem])], kind, None, Path("-"))
    first = PROBLEMS[problem].metrics[0]
    assert first.label in text or first.name in text
    others = {metric for name in PROBLEMS for metric in PROBLEMS[name].metrics} - set(PROBLEMS[problem].metrics)
    for metric in others:
        assert not re.search(rf"(?<!macro )(?<!\w){metric.label}(?!\w)", text), metric


def test_datasets_of_several_kinds_in_one_report() -> None:
    """Runs of all kinds stand in one table, each with its own grades and nothing in the columns of the others."""
    runs = [run(problem, best, name=problem) for problem, best in KINDS.items()] + [
        make_run([("lightgbm", MadeCase(1.0, auc=0.74))])
    ]
    rows = list(csv.DictReader(io.StringIO(EXPORTS["csv"](runs))))
    assert {"auc", "log_loss", "rmse", "macro_auc"} < rows[0].keys()
    filled = [{name for name in ("auc", "rmse", "macro_auc") if row[name]} for row in rows if row["strategy"] != "null"]
    assert {tuple(one) for one in filled} == {("auc",), ("rmse",), ("macro_auc",)}
    for kind in PAGES:
        assert render(runs, kind, None, Path("-"))


@pytest.mark.parametrize(
    ("problem", "first", "second", "worse"),
    [
        ("regression", 38.9, 39.2, False),
        ("regression", 38.9, 39.4, True),
        ("regression", 38.9, 30.0, False),
        ("regression", 3.89e-6, 3.94e-6, True),
        ("multiclass", 0.9, 0.905, False),
        ("multiclass", 0.9, 0.92, True),
        ("multiclass", 0.9, 0.5, False),
    ],
)
def test_worse_is_more_by_the_kinds_tolerance(
    problem: str, first: float, second: float, worse: bool, tmp_path: Path
) -> None:
    """A comparison calls an answer worse where its error is larger: by a share of it, where it has a unit."""
    kind = PROBLEMS[problem]
    name = kind.metrics[0].name
    assert bool(worse_grades({name: second}, {name: first}, kind)) == worse
    for run_name, grade in (("a", first), ("b", second)):
        write_run(make_run([("xgboost", made(1.0, grade, problem))], problem=problem, name=run_name, path=tmp_path))
    result = CliRunner().invoke(main, ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "text"])
    assert result.exit_code == (4 if worse else 0), result.output
    assert ("got worse" in result.output) == worse


@pytest.mark.parametrize(("problem", "asked"), [("regression", "-1"), ("regression", "inf"), ("multiclass", "nan")])
def test_a_quality_that_cannot_be(problem: str, asked: str, tmp_path: Path) -> None:
    """An error below nothing, or without end, is refused with what there can be."""
    directory = write_run(run(problem, KINDS[problem], path=tmp_path))
    result = CliRunner().invoke(main, ["report", str(directory), "--format", "text", "--quality", asked])
    assert result.exit_code == 2
    assert re.search(r"give a --quality of at least 0\.\n$", result.stderr)
