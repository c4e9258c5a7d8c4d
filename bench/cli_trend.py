"""The verbs ``bench trend`` and ``bench history import``: from options to an exit code."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from bench.errors import EXIT_FAILED, ResultsError
from bench.trend import pytest_benchmark
from bench.trend.history import open_history
from bench.trend.page import to_html
from bench.trend.series import series_of
from bench.trend.text import print_trend, to_markdown


def trend_verb(verdict: Path | None, place: str, out: Path | None) -> int:
    """Carry out ``bench trend`` and return its exit code: 1 if a case became slower in the last nights.

    Args:
        verdict: What a gate left, to be added to the history first; or None.
        place: Directory or URI of the history.
        out: Directory for ``trend.md`` and ``trend.html``; or None.
    """
    history = open_history(place)
    nights = history.nights()
    if verdict is not None:
        from bench.trend.verdict import read as read_verdict

        night = read_verdict(verdict)
        if history.add(night):
            nights = history.nights()
        else:
            click.echo(f"The night of {night.at} is in {history.place} already.", err=True)
    if not nights:
        raise ResultsError(f"There is no night in {history.place}: `bench trend VERDICT` adds what a gate measured.")
    found = series_of(nights)
    print_trend(found, Console(highlight=False))
    if out is not None:
        _write(out, {"trend.md": to_markdown(found), "trend.html": to_html(found)})
    return EXIT_FAILED if any(series.alarms for series in found) else 0


def import_verb(file: Path, place: str) -> int:
    """Carry out ``bench history import`` and return its exit code.

    Args:
        file: What pytest-benchmark wrote.
        place: Directory or URI of the history.
    """
    history = open_history(place)
    history.nights()  # a history that cannot be read is not added to
    night = pytest_benchmark.read(file)
    added = history.add(night)
    number = len(night.cases)
    what = f"{number} {'case' if number == 1 else 'cases'} of {night.at}"
    click.echo(f"{what} {'added to' if added else 'were already in'} {history.place}.")
    return 0


def _write(out: Path, files: dict[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content)
            click.echo(f"{out / name}", err=True)
    except OSError as error:
        raise ResultsError(f"Cannot write to {out}: {error.strerror}: choose another --out.") from error
