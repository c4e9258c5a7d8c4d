"""A verdict as text, for a terminal and a log."""

from __future__ import annotations

import io

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.gate.verdict.verdict import Document
from bench.gate.verdict.wording import arms, banner, figures, headline, name_of, ordered, reason
from bench.writing.tables import print_whole


def text(document: Document, columns: int | None = None) -> str:
    """Return a verdict as text.

    Args:
        document: The verdict.
        columns: Columns of the terminal, out of `bench.writing.tables.columns_of`.
    """
    table = Table(box=None, pad_edge=False)
    for heading in ("verdict", "case", "ratio", "95 % interval", "pairs", "why"):
        table.add_column(heading)
    for entry in ordered(document):
        cells = (entry["verdict"].replace("_", " "), name_of(entry, document), *figures(entry), reason(entry))
        table.add_row(*map(escape, cells))
    out = io.StringIO()
    console = Console(file=out, highlight=False, width=100)
    for line in (arms(document), *banner(document)):
        console.print(escape(line), soft_wrap=True)
    if document["cases"]:
        print_whole(table, console, columns)
    console.print(escape(headline(document)), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
