"""Prints the trend, and writes it as Markdown for a CI job's summary."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.trend import words
from bench.trend.series import Series
from bench.writing import markdown
from bench.writing.tables import print_whole

COLUMNS = ("case", "nights", "since the last step", "steps", "the last nights")


def print_trend(found: Sequence[Series], console: Console) -> None:
    """Print a row for each case, a sentence for each step, and the headline.

    Args:
        found: Out of `bench.trend.series.series_of`.
        console: Where to print.
    """
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in (COLUMNS[0], COLUMNS[-1]) else "right", no_wrap=True)
    for series in found:
        table.add_row(*(escape(cell) for cell in _cells(series)), style="red" if series.alarms else "")
    print_whole(table, console)
    for series in found:
        for change in series.changes:
            console.print(escape(words.change(series, change)), style="red" if change.alarm else "", soft_wrap=True)
    console.print(escape(words.headline(found)), soft_wrap=True)


def to_markdown(found: Sequence[Series]) -> str:
    """Return the trend as Markdown.

    Args:
        found: Out of `bench.trend.series.series_of`.
    """
    lines = ["## Trend", "", markdown.escape(words.headline(found)), ""]
    lines += [f"| {' | '.join(COLUMNS)} |", "| --- | ---: | ---: | ---: | --- |"]
    lines += [f"| {' | '.join(map(markdown.escape, _cells(series)))} |" for series in found]
    sentences = [(change.alarm, words.change(series, change)) for series in found for change in series.changes]
    lines += [""] if sentences else []
    lines += [f"- **{markdown.escape(text)}**" if alarm else f"- {markdown.escape(text)}" for alarm, text in sentences]
    return "\n".join(lines) + "\n"


def _cells(series: Series) -> tuple[str, ...]:
    return series.case, words.nights(series), words.now(series), str(len(series.changes)), words.bars(series)
