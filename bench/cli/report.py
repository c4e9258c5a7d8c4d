"""The verb `bench report`: from runs to a file, or to standard output."""

from __future__ import annotations

import math
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bench import scrub
from bench.cli.options import PRICE, RESULTS
from bench.errors import UsageError
from bench.prices.tariff import Tariff
from bench.records.costs import priced
from bench.records.directory import Run
from bench.records.reading import read
from bench.report.write import EXPORTS, PAGES, PARQUET, render, write
from bench.tasks import grading_of

MLFLOW = "mlflow"
FORMATS = (*PAGES, *EXPORTS, PARQUET, MLFLOW)
NAMES = {"html": "report.html", PARQUET: "report.parquet"}  # the default files
SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".md": "md",
    ".txt": "text",
    ".csv": "csv",
    ".json": "json",
    ".parquet": PARQUET,
}


@click.command()
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), metavar="[RUN]...")
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE|URI", help="File to write, or MLflow server.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="What to write.  [default: what FILE ends in, else html]",
)
@click.option(
    "--quality",
    type=float,
    metavar="GRADE",
    help="Grade that will do, by the problem's first metric.  [default: a little worse than the best]",
)
@PRICE
@RESULTS
@click.option("--open", "show", is_flag=True, help="Open it in a browser.")
def report(**options: Any) -> None:
    """Write a report of runs, by default of the last: directories, names, or exported json and parquet files."""
    _report(**options)


def _report(
    *,
    runs: Sequence[Path],
    results: Path,
    out: str | None,
    kind: str | None,
    quality: float | None,
    price: Tariff | None,
    show: bool,
) -> None:
    """Carry out `bench report`.

    Args:
        runs: Directories of runs, exported files, or names of runs; none means the last run.
        results: Directory that holds runs.
        out: The file to write, or a server's address; None: a file beside a single run for HTML and Parquet, else
            standard output.
        kind: The format; None: the format of the file's suffix, else HTML.
        quality: The grade that an answer must reach, by the problem's first metric.
        price: What trials cost; None for saying nothing of it.
        show: Whether to open the report in a browser.

    Raises:
        UsageError: The request cannot be met as it was put.
    """
    kind = kind or (SUFFIXES.get(Path(out).suffix.lower()) if out else "html")
    if kind is None:
        raise UsageError(f"The name {out} does not say the format: add --format {'|'.join(FORMATS)}.")
    if show and kind != "html":
        raise UsageError(f"A browser shows --format html, not {kind}: leave out --open.")
    found = [priced(run, price) for run in read(runs, results)]
    for metric in dict.fromkeys(grading_of(entry["trial"]).metrics[0] for run in found for entry in run.records):
        least, most = metric.range
        if quality is not None and not (math.isfinite(quality) and least <= quality <= most):
            limits = f"of at least {least:g}" if math.isinf(most) else f"between {least:g} and {most:g}"
            raise UsageError(f"No {metric.label} is {quality:g}: give a --quality {limits}.")
    if kind == MLFLOW:
        _send(found, out)
        return
    path = Path(out) if out else _beside(found, kind)
    if path is None:
        click.echo(render(found, kind, quality, Path("-")), nl=False)
        return
    write(found, path, kind, quality)
    click.echo(f"Report: {path}")
    if show and not webbrowser.open(path.resolve().as_uri()):
        click.echo("No browser could be started: open the file yourself.", err=True)


def _send(runs: Sequence[Run], uri: str | None) -> None:
    """Send runs to an MLflow server."""
    from bench.report.exports import mlflow

    if uri is None:
        raise UsageError("Which MLflow server? Add its address, such as --out http://127.0.0.1:5000.")
    sent, there = mlflow.send(runs, uri)
    click.echo(f"Sent to {scrub.text(uri)}: {', '.join(sent) or 'nothing'}.")
    if there:
        click.echo(f"It was there, and is left as it is: {', '.join(there)}.", err=True)


def _beside(runs: Sequence[Run], kind: str) -> Path | None:
    """Return the default path of a file: in the directory of a single run, else in the current directory."""
    if kind not in NAMES:
        return None
    directory = runs[0].directory.path
    return (directory if len(runs) == 1 and directory.is_dir() else Path()) / NAMES[kind]
