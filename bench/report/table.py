"""The full table: a row for each case, however its trials ended, and under it its raw repeats; pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from bench.findings.cases import Case, time_s, times
from bench.findings.groups import Group, Panel
from bench.findings.interval import of_median
from bench.findings.names import case_name
from bench.problems import metrics_of
from bench.records.costs import COST, currency
from bench.report.repeats import Links, Repeat, problems, repeat
from bench.tasks.base import Column
from bench.writing import figures
from bench.writing.clean import REASON_LIMIT, shown

Value = float | str | None
SHOWN: dict[str, Callable[[float | None], str]] = {
    "seconds": figures.seconds,
    "count": figures.whole,
    "bytes": figures.size,
    "share": figures.share,
}
NOTHING: tuple[str, Value] = ("", None)  # in a column of another problem


@dataclass(frozen=True)
class TableColumn:
    """A column of the full table.

    Attributes:
        name: A word that never changes, for styles and scripts.
        heading: Its heading.
        numeric: Whether it is a figure.
        narrow: Whether there is room for it on a telephone.
    """

    name: str
    heading: str
    numeric: bool = True
    narrow: bool = False


COLUMNS = (
    TableColumn("case", "case", numeric=False, narrow=True),
    TableColumn("family", "family", numeric=False),
    TableColumn("status", "ended", numeric=False, narrow=True),
    TableColumn("time", "time", narrow=True),
    TableColumn("interval", "interval of the median", numeric=False),
    TableColumn("setup", "setup"),
    TableColumn("memory", "peak memory"),
    TableColumn("cpu", "CPU"),
    TableColumn("cpu_rows", "CPU for a million rows"),
    TableColumn("rate", "rows/s"),
)
COST_COLUMN = TableColumn(COST, "cost of a trial")
WHERE = (TableColumn("task", "task", numeric=False), TableColumn("dataset", "dataset", numeric=False))
MACHINE = TableColumn("machine", "machine", numeric=False)
WHERES = ("task", "dataset", "machine")
BEFORE_REPORTED, BEFORE_GRADES = 5, 6  # columns
# Only where a machine tells: the place in the record, and how it is written.
TOLD = (
    (TableColumn("gpu_memory", "GPU memory"), "gpu_memory_bytes", figures.size),
    (TableColumn("gpu", "GPU busy"), "gpu_share", figures.share),
    (TableColumn("energy", "energy"), "energy_j", figures.energy),
    (TableColumn("gpu_energy", "GPU energy"), "gpu_energy_j", figures.energy),
)


@dataclass(frozen=True)
class Row:
    """A case in the table.

    Attributes:
        cells: Its figures as text, a cell for each column.
        keys: The value to sort by in each column.
        where: Task, dataset and machine, where there are several; empty where there is one.
        status: ``ok`` where every trial was, else the worst of them, for its colour.
        reasons: Each reason of a trial that was not ``ok``, once.
        repeats: Its trials.
    """

    cells: tuple[str, ...]
    keys: tuple[Value, ...]
    where: str
    status: str
    reasons: tuple[str, ...]
    repeats: tuple[Repeat, ...]


def columns(panels: list[Panel]) -> tuple[TableColumn, ...]:
    """Return the columns: task, dataset and machine where there are several, GPUs and energy where a machine tells.

    Args:
        panels: All panels.
    """
    several = sum(len(panel.groups) for panel in panels) > 1
    where = (*WHERE, *((MACHINE,) if len(panels) > 1 else ())) if several else ()
    priced = any(COST in record for panel in panels for run in panel.runs for record in run.records)
    cases = [case for panel in panels for group in panel.groups for case in group.cases]
    told = [column for column, place, _ in TOLD if any(case.median("resources", place) is not None for case in cases)]
    last = (*told, *((COST_COLUMN,) if priced else ()))
    first = (COLUMNS[0], *where, *COLUMNS[1:BEFORE_REPORTED], *_reported(cases))
    return (*first, *COLUMNS[BEFORE_REPORTED:BEFORE_GRADES], *_grades(panels), *COLUMNS[BEFORE_GRADES:], *last)


def _reported(cases: list[Case]) -> list[TableColumn]:
    """Return the columns of tasks that not all tasks have."""
    found = dict.fromkeys(column for case in cases for column in case.kind.reported)
    return [TableColumn(_name(column), column.heading) for column in found]


def _name(column: Column) -> str:
    return ".".join(column.path)


def _grades(panels: list[Panel]) -> list[TableColumn]:
    """Return a column for each grade of the problems that there are; the first of a problem has room everywhere."""
    found = problems(panels)
    first = {problem.metrics[0] for problem in found}
    return [TableColumn(metric.name, metric.label, narrow=metric in first) for metric in metrics_of(found)]


def rows(panels: list[Panel], links: Links) -> list[Row]:
    """Return a row for each case, in the order of machines, groups and cases.

    Args:
        panels: All panels.
        links: Returns the place of a record's log, seen from the report.
    """
    wanted = [column.name for column in columns(panels)]
    return [
        _row(case, group, panel, wanted, links) for panel in panels for group in panel.groups for case in group.cases
    ]


def _row(case: Case, group: Group, panel: Panel, wanted: list[str], links: Links) -> Row:
    cells = _cells(case, group, panel)
    return Row(
        cells=tuple(cells.get(name, NOTHING)[0] for name in wanted),
        keys=tuple(cells.get(name, NOTHING)[1] for name in wanted),
        where=", ".join(
            cells[name][0] if name != "machine" else f"machine {panel.number}" for name in wanted if name in WHERES
        ),
        status=_worst(case),
        reasons=tuple(
            dict.fromkeys(shown(record["reason"], REASON_LIMIT) for record in case.records if record["reason"])
        ),
        repeats=tuple(repeat(record, links) for record in case.records),
    )


def _cells(case: Case, group: Group, panel: Panel) -> dict[str, tuple[str, Value]]:
    """Return the cell of every column: its text, and the value to sort by."""
    seconds, span = time_s(case), of_median(times(case))
    grades = {metric.name: case.median("quality", metric.name) for metric in case.problem.metrics}
    memory, cpu = case.median("resources", "peak_memory_bytes"), case.median("resources", "cpu_s")
    setup, rate, per_million = case.median("phases", "setup"), case.median("rows_per_s"), cpu_per_million_rows(case)
    name, family, dataset = case_name(case), shown(case.family), shown(case.dataset)
    between = (
        f"{figures.digits(span.low)} to {figures.seconds(span.high)}" if span and span.low >= figures.LEAST_S else ""
    )
    paid = case.median(COST, "total")
    timed = not case.disturbed  # a time that others disturbed is shown, and ordered by nothing
    spoilt = case.disturbed_in("setup")
    return {
        "case": (name, name),
        "task": (group.task, group.task),
        "dataset": (f"{dataset}, {figures.whole(group.rows)} rows", group.rows),
        "machine": (f"{panel.number}", panel.number),
        "family": (family, family),
        "status": (ended(case), len(case.ok) / len(case.records)),
        "time": (figures.seconds(seconds), seconds if timed else None),
        "interval": (between, span.low if span and timed else None),
        **{_name(column): _reported_cell(column, case) for column in case.kind.reported},
        "setup": (figures.marked(figures.seconds(setup), spoilt), None if spoilt else setup),
        **{metric.name: (metric.shown(grades[metric.name]), grades[metric.name]) for metric in case.problem.metrics},
        "memory": (figures.size(memory), memory),
        "cpu": (figures.seconds(cpu), cpu),
        "cpu_rows": (figures.seconds(per_million), per_million),
        COST: (figures.money(paid, currency(case.counted)), paid if timed else None),
        "rate": (figures.whole(rate), rate if timed else None),
        **_told(case),
    }


def _told(case: Case) -> dict[str, tuple[str, Value]]:
    """Return what the machine told; others are counted too, so that of a disturbed case it gives no order."""
    found = [(column.name, show, case.median("resources", place)) for column, place, show in TOLD]
    return {name: (show(value), None if case.disturbed else value) for name, show, value in found}


def _reported_cell(column: Column, case: Case) -> tuple[str, Value]:
    value = case.median(*column.path)
    return SHOWN[column.kind](value), None if case.disturbed and column.kind == "seconds" else value


def cpu_per_million_rows(case: Case) -> float | None:
    """Return CPU seconds of the whole trial for a million rows trained on in a pass, or scored.

    Where a task has those of the work apart, they are these.
    """
    if apart := [spent[0] for record in case.counted if (spent := case.kind.spent(record))]:
        return statistics.median(apart)
    cpu, rows = case.median("resources", "cpu_s"), case.median("rows")
    return cpu / rows * 1e6 if cpu is not None and rows else None


def ended(case: Case) -> str:
    """Return how the trials ended, with the success rate where some did not end well, and what disturbed them."""
    number = len(case.records)
    if case.disturbed and case.cause:
        return f"{_ended(case, number)}, {case.cause.mark}"
    return _ended(case, number)


def _ended(case: Case, number: int) -> str:
    if len(case.ok) == number:
        return "ok" if number == 1 else f"ok {number} of {number}"
    return case.status if number == 1 else f"ok {len(case.ok)} of {number}: {case.status}"


def _worst(case: Case) -> str:
    statuses = {record["status"] for record in case.records}
    return next((name for name in ("invalid", "failed", "timeout", "interrupted", "skipped") if name in statuses), "ok")
