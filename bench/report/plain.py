"""Writes the report as plain text, for a terminal or a mail."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table
from rich.text import Text

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
    for found in panel.by_rows:
        lines.append(fastest_by_rows(found))
        for at in found.crossovers:
            between = crossover_interval(at)
            interval = f" (interval {between})" if between else ""
            lines.append(f"{at.b} is faster than {at.a} from: {crossover_rows(at)}{interval}")
        lines.append("")
    return lines


def _table(page: Page) -> str:
    table = Table(box=None, header_style="", pad_edge=False)
    for column in page.columns:
        table.add_column(Text(column.heading), justify="right" if column.numeric else "left", no_wrap=True)
    for row in page.rows:
        table.add_row(*(Text(cell) for cell in row.cells))
    out = io.StringIO()
    print_whole(table, Console(file=out, highlight=False, width=UNLIMITED, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
