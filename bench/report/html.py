"""Writes the report as one HTML file that needs nothing else: no network, no library, no file beside it."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from bench.findings.cases import Case, time_s
from bench.findings.crossover import Crossover
from bench.findings.exchange import Payoff
from bench.findings.names import case_name
from bench.findings.scales import RowScaling
from bench.report import charts, costs, distribution, stages
from bench.report.charts import Spec
from bench.report.drawer import ChartDrawer
from bench.report.engines import ENGINES, against_one_machine, engine_costs
from bench.report.page import GroupView, Page, PanelView
from bench.report.phrases import cores, crossover_interval, crossover_rows, fastest_by_rows
from bench.report.table import Row, TableColumn, cpu_per_million_rows
from bench.tasks import TASKS
from bench.writing import figures
from bench.writing import page as shell
from bench.writing.clean import shown

ROWS_AT_FIRST = 200  # rows that need no script; the script makes the others on demand
MOST_REASONS = 100
MOST_CROSSOVERS = 10  # in sight; the others are folded away
SECTIONS = (
    ("answer", "The answer"),
    ("quality", "Time against quality"),
    ("time", "Where the time goes"),
    ("engines", ENGINES),
    ("scaling", "Scaling"),
    ("resources", "Resources"),
    ("table", "The full table"),
    ("provenance", "Provenance"),
)


def render(page: Page) -> str:
    """Return the report as HTML.

    Args:
        page: Its content.
    """
    draw = ChartDrawer()
    phases = sorted({name for view in page.views for stack in view.stacks for name in stack.seconds})
    reasons = [(row, reason) for row in page.rows for reason in row.reasons]
    compared = [panel.engines for panel in page.panels if panel.engines]
    sections = [(mark, title) for mark, title in SECTIONS if compared or title != ENGINES]
    return shell.render(
        "bench.report",
        "report.html.j2",
        style="report.css",
        script="report.js",
        page=page,
        several=page.several,
        sections=sections,
        number={mark: number for number, (mark, _) in enumerate(sections, 1)},
        charged=costs.CHARGED,
        spark_headings=stages.HEADINGS,
        data=Markup(_data(page)),  # noqa: S704 - JSON without a single < > or &
        most_crossovers=MOST_CROSSOVERS,
        drawn=[_drawn(panel, view, page, draw, phases) for panel in page.panels for view in panel.views],
        engines=ENGINES,
        against=[{"sentences": against_one_machine(found), "costs": engine_costs(found)} for found in compared],
        grown=[_grown(found, draw) for panel in page.panels for found in panel.by_rows],
        paid=[_paid(found, draw) for panel in page.panels for found in panel.payoffs],
        first=page.rows[:ROWS_AT_FIRST],
        reasons=reasons[:MOST_REASONS],
        unnamed=max(0, len(reasons) - MOST_REASONS),
        statuses=sorted({row.status for row in page.rows}),
        times=", or ".join(dict.fromkeys(TASKS[task].time_is for task in sorted({v.group.task for v in page.views}))),
        judged_by_rows=any(TASKS[view.group.task].judged_rows for view in page.views),
        ranked=any(len(view.front) > 1 for view in page.views),
        asked=any(answer.asked is not None for view in page.views for answer in view.answers),
        column_style=_style,
        cell_style=lambda row, number: _cell_style(page, row, number),
    )


def _data(page: Page) -> str:
    """Return the table as JSON that may stand in a script element: nothing in it can end that element."""
    data = {
        "columns": [
            {"name": column.name, "heading": column.heading, "style": _style(column)} for column in page.columns
        ],
        "repeats": page.repeats,
        "rows": [
            {
                "cells": row.cells,
                "keys": row.keys,
                "status": row.status,
                "reasons": row.reasons,
                "repeats": [(each.cells, each.reason, each.log, each.link) for each in row.repeats],
            }
            for row in page.rows
        ],
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _style(column: TableColumn) -> str:
    words = (
        "n" if column.numeric else "",
        "" if column.narrow else "far",
        column.name if column.name in ("case", "status", "interval") else "",
    )
    return " ".join(filter(None, words))


def _cell_style(page: Page, row: Row, number: int) -> str:
    column = page.columns[number]
    return f"{_style(column)} {row.status}".strip() if column.name == "status" else _style(column)


def _drawn(panel: PanelView, view: GroupView, page: Page, draw: ChartDrawer, phases: list[str]) -> dict[str, Any]:
    """Return the values of a group for the template."""
    machine = f"Machine {panel.number}: " if len(page.panels) > 1 else ""
    contenders = view.group.contenders
    working = [case for case in view.group.cases if case.works]
    return {
        "heading": f"{machine}{view.heading}",
        "quality": draw.each(
            lambda width: charts.time_and_quality(contenders, view.front, view.answers[0].asked, width)
        ),
        "quality_caption": _of(len([case for case in contenders if case.ok]), charts.MOST_POINTS),
        "metric": view.group.problem.metrics[0].label,
        "families": [_family(case) for case in view.families],
        "time": draw.each(lambda width: charts.where_time_goes(view.stacks, width, phases)),
        "spark": stages.rows(view.stacks),
        "cost": costs.table(view.stacks),
        "time_caption": _of(len(view.stacks), charts.MOST_BARS),
        "workers": draw.each(lambda width: charts.speed_up(view.workers, width)),
        "points": [
            {
                "case": case_name(point.case),
                "time": figures.seconds(time_s(point.case)),
                "speedup": figures.times(point.speedup),
                "efficiency": figures.times(point.efficiency),
                "cores": cores(point),
            }
            for point in view.workers
        ],
        "spending": draw.each(lambda width: charts.cpu_and_memory(working, width)),
        "resources": [(title, drawn) for title, spec in _resources(working) if (drawn := draw.one(spec))],
    }


def _of(number: int, most: int) -> str:
    return f"The first {most} of {number} cases are drawn; the table has all." if number > most else ""


def _family(case: Case) -> dict[str, str]:
    return {
        "family": shown(case.family),
        "case": case_name(case),
        "time": figures.seconds(time_s(case)),
        "grade": case.problem.metrics[0].shown(case.grade),
    }


def _resources(cases: list[Case]) -> list[tuple[str, Spec | None]]:
    found = []
    for title, values, show in (
        ("Peak memory", [case.median("resources", "peak_memory_bytes") for case in cases], figures.size),
        ("CPU seconds of the whole trial", [case.median("resources", "cpu_s") for case in cases], figures.seconds),
        ("CPU seconds for a million rows", [cpu_per_million_rows(case) for case in cases], figures.seconds),
    ):
        found.append((title, charts.bars(cases, values, title, [show(value) for value in values])))
    return found


def _grown(found: RowScaling, draw: ChartDrawer) -> dict[str, Any]:
    return {
        "heading": f"task {found.task}, {figures.names([shown(name) for name in found.datasets])}",
        "chart": draw.each(lambda width: charts.time_by_rows(found, width)),
        "memory": draw.each(lambda width: charts.memory_by_rows(found, width)),
        "grades": draw.each(lambda width: charts.grade_by_rows(found, width)),
        "metric": found.metric.label,
        "sentence": fastest_by_rows(found),
        "caption": _of(len(found.curves), charts.MOST_LINES),
        "crossovers": [_crossover(at) for at in found.crossovers if at.rows is not None],
        "never": [_crossover(at) for at in found.crossovers if at.rows is None],
    }


def _paid(found: Payoff, draw: ChartDrawer) -> dict[str, Any]:
    ranks = sum(len(point.ranks) for point in found.points)
    return {
        "heading": distribution.heading(found),
        "sentence": distribution.when_it_pays(found),
        "efficiency": draw.each(lambda width: charts.efficiency(found, width)),
        "parts": draw.each(lambda width: charts.parts_of_a_step(found.points, width)),
        "caption": f"The first {charts.MOST_BARS} of {ranks} ranks are drawn." if ranks > charts.MOST_BARS else "",
        "headings": distribution.HEADINGS,
        "words": distribution.WORDS,
        "lines": distribution.lines(found),
    }


def _crossover(at: Crossover) -> dict[str, str]:
    return {"a": at.a, "b": at.b, "rows": crossover_rows(at), "interval": crossover_interval(at)}
