"""Writes the report as Markdown, for a pull request or the summary of a CI job."""

from __future__ import annotations

from bench.findings.cases import time_s
from bench.findings.names import case_name
from bench.report import costs, distribution
from bench.report.engines import ENGINES, against_one_machine, engine_costs
from bench.report.page import Page
from bench.report.phrases import cores, crossover_interval, crossover_rows, fastest_by_rows
from bench.writing import figures
from bench.writing.jinja import environment
from bench.writing.markdown import escape

MOST_ROWS = 100


def render(page: Page) -> str:
    """Return the report as Markdown.

    Args:
        page: Its content.
    """
    # Markdown has other characters to escape than HTML, and `escape` escapes all of them.
    rooms = environment("bench.report", autoescape=False, finalize=escape)
    return rooms.get_template("report.md.j2").render(
        page=page,
        rows=page.rows[:MOST_ROWS],
        reasons=[(row, reason) for row in page.rows[:MOST_ROWS] for reason in row.reasons],
        left_out=max(0, len(page.rows) - MOST_ROWS),
        case_name=case_name,
        time=lambda case: figures.seconds(time_s(case)),
        grade=lambda case: case.problem.metrics[0].shown(case.grade),
        times=figures.times,
        costs=costs,
        most_rows=MOST_ROWS,
        distribution=distribution,
        cores=cores,
        fastest_by_rows=fastest_by_rows,
        crossover_rows=crossover_rows,
        crossover_interval=crossover_interval,
        engines=ENGINES,
        against_one_machine=against_one_machine,
        engine_costs=engine_costs,
    )
