"""What trials cost stands in tables, reports, comparisons and exports where a price is given, and nowhere else."""

import csv
import io
import json
import re
from html import unescape
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bench.cli import main
from bench.findings.cases import cases
from bench.prices.tariff import Tariff
from bench.records import export
from bench.records.costs import priced
from bench.records.directory import Run
from bench.records.reading import read
from bench.report import costs
from bench.report.exports import mlflow
from bench.report.exports.table import as_csv
from bench.report.page import page
from bench.report.write import render
from tests.report.made import MadeCase, make_run, write_run

TARIFF = Tariff("USD", 3.6)  # a core costs a thousandth in a second


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of two cases on two cores each, on disk."""
    made = [("xgboost", MadeCase(1.0)), ("lightgbm_spark", MadeCase(3.0, workers=2))]
    found = make_run(made, name="made", path=tmp_path / "results")
    write_run(found)
    return found


def test_a_trial_costs_its_wall_time_by_phases(run: Run) -> None:
    """Phases sum to the whole, a core of the driver comes along on a cluster, and what never began costs nothing."""
    run.records[0]["trial"]["master"] = "local[2]"
    run.records[1]["trial"]["master"] = "spark://host:7077"
    run.records[2]["phases"] = {}
    here, there, unstarted = priced(run, TARIFF).records[:3]
    assert here["cost"]["total"] == pytest.approx(2e-3 * here["wall_s"])
    assert sum(here["cost"]["phases"].values()) == pytest.approx(here["cost"]["total"])
    assert there["cost"]["total"] == pytest.approx(3e-3 * there["wall_s"])
    assert "cost" not in unstarted
    assert "cost" not in run.records[0]


def test_a_column_of_costs_is_its_own(run: Run) -> None:
    """A phase called `measured` does not stand where the cost of the measured work does, and headings are clean."""
    run.records[0]["phases"] = {**run.records[0]["phases"], "measured": 0.5, "x\n\x1b": 0.25}
    (heading, first, *_) = csv.reader(io.StringIO(as_csv([priced(run, TARIFF)])))
    assert len(set(heading)) == len(heading)
    assert "cost_x" in " ".join(heading)
    assert all(name.isprintable() for name in heading)
    measured = float(first[heading.index("cost_measured")])
    assert measured == pytest.approx(2e-3 * run.records[0]["phases"]["train"])


def test_tables_and_reports_have_it_with_a_price_only(run: Run, tmp_path: Path) -> None:
    """`bench show`, `report` and `compare` say it where they are given a price, in its currency."""

    def told(*arguments: str) -> str:
        done = CliRunner().invoke(main, [*arguments, "--results", str(tmp_path / "results")])
        assert done.exception is None or done.exit_code in (0, 3), done.output
        return done.output

    price = ["--price", "USD 3.6/core-h"]
    median = cases(priced(run, TARIFF).records)[0].median("cost", "total")
    assert median is not None
    shown = f"{median:.5f}"
    for arguments, word in (
        (["show"], "cost"),
        (["report", "--format", "md"], "cost of a trial"),
        (["report", "--format", "md"], "What it costs"),
        (["report", "--format", "text"], "What it costs"),
        (["report", "--format", "html", "--out", str(tmp_path / "report.html")], ""),
        (["compare", "made", "made"], "cost of A"),
        (["compare", "made", "made", "--format", "md"], "cost of A"),
    ):
        bare, with_price = told(*arguments), told(*arguments, *price)
        if word:
            assert word not in bare
            assert word in with_price
            assert shown in with_price
    page = (tmp_path / "report.html").read_text()
    table = page[page.index("What it costs, in the same repeat") :]
    assert "USD" in table[: table.index("</table>")]
    document = json.loads(told("compare", "made", "made", "--format", "json", *price))
    assert document["cases"][0]["cost"] == {"a": pytest.approx(median), "b": pytest.approx(median)}


def test_reports_divide_it_by_phases_alike(run: Run) -> None:
    """Each format has a line for each case: the whole trial, and the parts that sum to it."""
    view = page([priced(run, TARIFF)]).views[0]
    headings, (first, _) = costs.table(view.stacks)
    parts = dict(zip(headings, first, strict=True))
    whole = float(parts.pop("whole trial").removesuffix(" USD"))
    assert parts.pop("case") == "xgboost"
    assert sum(map(float, parts.values())) == pytest.approx(whole, rel=0.01)
    for kind in ("html", "md", "text"):
        told = unescape(render([priced(run, TARIFF)], kind, None, Path("-")))
        lines = re.sub(r"<[^>]*>|[|]", " ", told[told.index(costs.CHARGED) :]).split()
        words = " ".join(lines)
        assert " ".join(headings) in words
        assert " ".join(first) in words


def test_exports_have_it_and_prices_are_not_read_back(run: Run, tmp_path: Path) -> None:
    """CSV, Parquet and JSON have costs of a priced run; what is read back has times only."""
    bought = priced(run, TARIFF)
    (first, *_) = csv.DictReader(io.StringIO(as_csv([bought])))
    assert float(first["cost"]) == pytest.approx(2e-3 * run.records[0]["wall_s"])
    assert float(first["cost_measured"]) == pytest.approx(2e-3 * run.records[0]["phases"]["train"])
    assert first["currency"] == "USD"
    for name, seconds in run.records[0]["phases"].items():
        assert float(first[f"phase_{name}"]) == seconds
        assert float(first[f"cost_{name}"]) == pytest.approx(2e-3 * seconds)
    assert not {"cost", "cost_train"} & set(next(csv.reader(io.StringIO(as_csv([run])))))
    export.write_parquet([bought], tmp_path / "priced.parquet")
    columns = pq.read_table(tmp_path / "priced.parquet")
    for name in ("cost", "cost_setup", "cost_train"):
        assert columns[name][0].as_py() == float(first[name])
    metrics = mlflow.figures(bought.records[0])
    assert {name: metrics[f"cost/{name}"] for name in ("total", "train")} == {
        "total": float(first["cost"]),
        "train": float(first["cost_train"]),
    }
    assert not any(name.startswith("cost") for name in mlflow.figures(run.records[0]))
    (tmp_path / "priced.json").write_text(export.as_json([bought]))
    assert json.loads((tmp_path / "priced.json").read_text())["runs"][0]["records"][0]["cost"]["currency"] == "USD"
    for name in ("priced.json", "priced.parquet"):
        (again,) = read([tmp_path / name], tmp_path)
        assert again.records == run.records
