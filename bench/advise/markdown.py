"""Writes an answer as Markdown."""

from __future__ import annotations

import datetime

from bench.advise.advice import Advice
from bench.advise.market import Market
from bench.advise.page import page
from bench.writing.markdown import escape


def render(advice: Advice, market: Market | None, today: datetime.date) -> str:
    """Return an answer as Markdown.

    Args:
        advice: What is known of the machine at hand.
        market: What is known of places; None where nobody asked.
        today: The day.
    """
    found = page(advice, market, today)
    first, *others = found.answer
    lines = [f"# Advice: {escape(found.title)}", "", f"**{escape(first)}**", ""]
    lines += [*(f"- {escape(line)}" for line in others), *([""] if others else [])]
    for table in found.tables:
        right = ["---", *["---:"] * (len(table.headings) - 1)]
        lines += [f"## {escape(table.caption)}", "", _row(table.headings), f"|{'|'.join(right)}|"]
        lines += [*(_row(cells) for cells in table.rows), ""]
    for heading, sentences in (("Refused", found.refused), ("How far to trust it", found.errors)):
        if sentences:
            lines += [f"## {heading}", "", *(f"- {escape(line)}" for line in sentences), ""]
    lines += ["## What it rests on", "", *(f"- {name}: {escape(value)}" for name, value in found.facts)]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(escape, cells))} |"
