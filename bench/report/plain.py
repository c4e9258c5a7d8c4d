"""Writes the report as plain text, for a terminal or a mail."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.report import costs, distribution
from bench.report.engines import ENGINES, against_one_machine, engine_costs
from bench.report.page import Page, PanelView
from bench.report.phrases import crossover_interval, crossover_rows, fastest_by_rows
from bench.writing.tables import UNLIMITED, print_whole


def render(page: Page) -> str:
    """Return the report as text.

    Args:
        page: Its content.
    """
    lines = [page.title, ""]
    for panel in page.panels:
        machine = f"Machine {panel.number}: " if len(page.panels) > 1 else ""
        lines += [f"{machine}{panel.heading}. {panel.different}".rstrip(), ""]
        lines += _answers(page, panel)
    lines += [_table(page), f"{page.intervals} {page.note}".strip()]
    lines += [f"{row.cells[0]}: {row.status}: {reason}" for row in page.rows for reason in row.reasons]
    for panel in page.panels:
        for source in panel.provenance:
            lines += ["", f"Run {source.run}", *(f"Warning: {warning}" for warning in source.warnings)]
            lines += [f"  {name}: {value}" for name, value in {"command": source.command, **source.facts}.items()]
            versions = ", ".join(f"{name} {version}" for name, version in source.versions.items())
            lines += [f"  versions: {versions}"]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _answers(page: Page, panel: PanelView) -> list[str]:
    lines = []
    for view in panel.views:
        lines += [view.heading, ""] if page.several else []
        for answer in view.answers:
            lines += [answer.headline, *(f"  {word}: {sentence}" for word, sentence in answer.points)]
            lines += [*(f"  Caution: {sentence}" for sentence in answer.caution), ""]
        headings, paid_for = costs.table(view.stacks)
        if paid_for:
            columns = [(heading, number > 0) for number, heading in enumerate(headings)]
            lines += [f"{costs.CAPTION}.", _written(columns, paid_for), ""]
    for found in panel.by_rows:
        lines.append(fastest_by_rows(found))
        for at in found.crossovers:
            between = crossover_interval(at)
            interval = f" (interval {between})" if between else ""
            lines.append(f"{at.b} is faster than {at.a} from: {crossover_rows(at)}{interval}")
        lines.append("")
    if panel.engines:
        lines += [ENGINES, *(f"  {sentence}" for sentence in against_one_machine(panel.engines)), ""]
        lines += ["  " + ", ".join(f"{k} {v}" for k, v in row.items()) for row in engine_costs(panel.engines)] + [""]
    for paid in panel.payoffs:
        lines += [f"When distribution pays: {distribution.heading(paid)}", distribution.when_it_pays(paid)]
        numeric = [number >= distribution.WORDS for number in range(len(distribution.HEADINGS))]
        lines += [_written(zip(distribution.HEADINGS, numeric, strict=True), distribution.lines(paid)), ""]
    return lines


def _table(page: Page) -> str:
    return _written(((column.heading, column.numeric) for column in page.columns), (row.cells for row in page.rows))


def _written(columns: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of columns, each a heading and whether it has figures."""
    table = Table(box=None, header_style="", pad_edge=False)
    for heading, numeric in columns:
        table.add_column(Text(heading), justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    out = io.StringIO()
    print_whole(table, Console(file=out, highlight=False, width=UNLIMITED, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
