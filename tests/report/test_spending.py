"""Hand-offs in a report: floors are shown beside ways and never win, and CPU time is drawn against memory."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from rich.console import Console

from bench.findings.groups import panels
from bench.problems.delivery import DELIVERY
from bench.records.directory import Run
from bench.report import charts, html
from bench.report.page import page
from bench.report.table import cpu_per_million_rows
from bench.report.text import print_run
from tests.report.made import MadeCase, make_run

COSTS = {"to_arrow": (2.0, 100), "parquet_files": (4.0, 50), "pipe_only": (1.5, 40)}  # CPU s, MiB
FLOORS = ("jvm_sum", "pipe_only")
# Of which some lie on each other, as in a measurement.
CROWDED = {
    "jvm_sum": (0.76, 71),
    "pipe_only": (1.31, 71),
    "to_arrow": (0.97, 181),
    "arrow_files": (1.0, 190),
    "barrier_arrow": (1.1, 181),
    "flight": (1.1, 181),
    "to_pandas": (1.02, 192),
    "parquet_files": (1.81, 183),
    "tfrecord": (14.0, 300),
    "collect_rows": (60.0, 900),
}


def handoffs(costs: Mapping[str, tuple[float, int]]) -> Run:
    """Return a run of ways to hand rows over, with the CPU seconds and memory of each."""
    grades = {DELIVERY.metrics[0].name: 0.0}
    families = {name: "handoff_floor" if name in FLOORS else "handoff" for name in costs}
    cases = [
        (name, MadeCase(cpu_s, family=families[name], grades=grades, workers=2)) for name, (cpu_s, _) in costs.items()
    ]
    found = make_run(cases, task="handoff", rows=500_000, problem="multiclass")
    for record in found.records:
        cpu_s, mebibytes = costs[record["trial"]["strategy"]]
        record["phases"]["handoff"] = record["phases"].pop("train")
        record["measures"] = {
            "handoff_cpu_s": cpu_s,
            "driver_memory_bytes": mebibytes * 2**20,
            "ranks_memory_bytes": 2 * mebibytes * 2**20,
            "starved_share": 0.25,
        }
    return found


@pytest.fixture
def run() -> Run:
    """Two ways and a floor that is faster than both."""
    return handoffs(COSTS)


def test_a_floor_contends_with_nobody(run: Run) -> None:
    """The fastest way is the fastest that hands rows over; the floor is a case like others in the table."""
    (panel,) = panels([run])
    (group,) = panel.groups
    assert {case.strategy for case in group.contenders} == {"to_arrow", "parquet_files"}
    assert {case.strategy for case in group.cases} == set(COSTS)
    (view,) = page([run]).views
    assert "to_arrow" in view.answers[0].headline


def test_figures_of_a_way_have_columns(run: Run) -> None:
    """What is measured apart of driver, ranks and trainers that wait stands in the report and on the terminal."""
    found, terminal = page([run]), io.StringIO()
    (row,) = (row for row in found.rows if row.cells[0].startswith("to_arrow"))
    cells = {column.heading: cell for column, cell in zip(found.columns, row.cells, strict=True)}
    assert (cells["peak, driver"], cells["peak, ranks"], cells["starved"]) == ("104.9 MB", "209.7 MB", "25 %")
    print_run(run, Console(file=terminal, width=250))
    assert "25 %" in terminal.getvalue()


def test_cpu_time_is_drawn_against_memory(run: Run) -> None:
    """Each way is a point: CPU seconds of the hand-off for a million rows, and memory of driver and ranks."""
    cases = panels([run])[0].groups[0].cases
    assert {case.strategy: cpu_per_million_rows(case) for case in cases} == {
        "to_arrow": 4,
        "parquet_files": 8,
        "pipe_only": 3,
    }
    spec = charts.cpu_and_memory(cases, charts.WIDE)
    assert spec is not None
    (points,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "point")
    assert {value["label"]: (value["cpu"], value["memory"]) for value in points["data"]["values"]} == {
        "to_arrow": (4, 300),
        "parquet_files": (8, 150),
        "pipe_only": (3, 120),
    }
    assert "Of the first pass alone" in html.render(page([run]))


@pytest.mark.parametrize("width", [charts.WIDE, charts.MIDDLE, charts.NARROW])
def test_points_on_each_other_have_their_labels(width: int) -> None:
    """All ways are named, by a line to a free place where there is none beside the point."""
    spec = charts.cpu_and_memory(panels([handoffs(CROWDED)])[0].groups[0].cases, width)
    assert spec is not None
    texts = [layer for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    assert {layer["data"]["values"][0]["label"] for layer in texts} == set(CROWDED)
    assert any(layer["mark"]["type"] == "rule" for layer in spec["layer"]) or width > charts.NARROW


def test_other_tasks_have_no_such_chart() -> None:
    """Where a task does not know CPU time apart, nothing is drawn and nothing is said."""
    trained = make_run([("xgboost", MadeCase(2.0))])
    assert charts.cpu_and_memory(panels([trained])[0].groups[0].cases, charts.WIDE) is None
    assert "Of the first pass alone" not in html.render(page([trained]))
