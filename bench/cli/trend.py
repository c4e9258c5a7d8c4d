"""The verb `bench trend`: from options to an exit code."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from bench.cli.options import HISTORY
from bench.errors import EXIT_FAILED, ResultsError
from bench.trend.history import open_history
from bench.trend.page import to_html
from bench.trend.series import series_of
from bench.trend.text import print_trend, to_markdown


@click.command()
@click.argument("verdict", type=click.Path(path_type=Path), required=False)
@HISTORY
@click.option("--out", type=click.Path(path_type=Path), help="Directory for trend.md and trend.html.")
def trend(verdict: Path | None, place: str, out: Path | None) -> None:
    """Add a gate's verdict to the history of nights, and say which case became slower, and when."""
    sys.exit(_trend(verdict, place, out))


def _trend(verdict: Path | None, place: str, out: Path | None) -> int:
    """Carry out `bench trend` and return its exit code: 1 if a case became slower in the last nights.

    Args:
        verdict: Verdict of a gate, which is added to the history first; or None.
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


def _write(out: Path, files: dict[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content)
            click.echo(f"{out / name}", err=True)
    except OSError as error:
        raise ResultsError(f"Cannot write to {out}: {error.strerror}: choose another --out.") from error
