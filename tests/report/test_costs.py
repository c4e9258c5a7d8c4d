"""What trials cost stands in tables, reports, comparisons and exports where a price is given, and nowhere else."""

import csv
import io
import json
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
from bench.report.exports.table import as_csv
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


def test_exports_have_it_and_prices_are_not_read_back(run: Run, tmp_path: Path) -> None:
    """CSV, Parquet and JSON have costs of a priced run; what is read back has times only."""
    bought = priced(run, TARIFF)
    (first, *_) = csv.DictReader(io.StringIO(as_csv([bought])))
    assert float(first["cost"]) == pytest.approx(2e-3 * run.records[0]["wall_s"])
    assert float(first["cost_measured"]) == pytest.approx(2e-3 * run.records[0]["phases"]["train"])
    assert first["currency"] == "USD"
    assert "cost" not in next(csv.reader(io.StringIO(as_csv([run]))))
    export.write_parquet([bought], tmp_path / "priced.parquet")
    assert pq.read_table(tmp_path / "priced.parquet")["cost"][0].as_py() == float(first["cost"])
    (tmp_path / "priced.json").write_text(export.as_json([bought]))
    assert json.loads((tmp_path / "priced.json").read_text())["runs"][0]["records"][0]["cost"]["currency"] == "USD"
    for name in ("priced.json", "priced.parquet"):
        (again,) = read([tmp_path / name], tmp_path)
        assert again.records == run.records
