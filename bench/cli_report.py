"""The verb ``bench report``: from runs to a file, or to standard output."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import click

from bench.errors import ResultsError, UsageError
from bench.report import html, markdown, plain
from bench.report.exports import pytest_benchmark, table, whole
from bench.report.page import Page, page
from bench.report.reading import read
from bench.report.table import Links
from bench.results import Record, Run

PAGES: dict[str, Callable[[Page], str]] = {"html": html.render, "md": markdown.render, "text": plain.render}
EXPORTS: dict[str, Callable[[Sequence[Run]], str]] = {
    "json": whole.as_json,
    "csv": table.as_csv,
    "pytest-benchmark": pytest_benchmark.as_json,
}
PARQUET = "parquet"
FORMATS = (*PAGES, *EXPORTS, PARQUET)
NAMES = {"html": "report.html", PARQUET: "report.parquet"}  # files that are made where no --out says otherwise
SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".md": "md",
    ".txt": "text",
    ".csv": "csv",
    ".json": "json",
    ".parquet": PARQUET,
}


def report_verb(
    *, runs: Sequence[Path], results: Path, out: Path | None, kind: str | None, least_auc: float | None, show: bool
) -> None:
    """Carry out ``bench report``.

    Args:
        runs: Directories of runs, exported files, or names of runs; none means the last run.
        results: Directory that holds runs.
        out: The file to write; None: beside a single run for HTML and Parquet, else standard output.
        kind: The format; None: what the file's name says, else HTML.
        least_auc: The quality that is asked for.
        show: Whether to open the report in a browser.

    Raises:
        UsageError: The request cannot be met as it was put.
    """
    kind = kind or (SUFFIXES.get(out.suffix.lower()) if out else "html")
    if kind is None:
        raise UsageError(f"The name {out} does not say the format: add --format {'|'.join(FORMATS)}.")
    if show and kind != "html":
        raise UsageError(f"A browser shows --format html, not {kind}: leave out --open.")
    found = read(runs, results)
    path = out or _beside(found, kind)
    if path is None:
        click.echo(_text(found, kind, least_auc, Path("-")), nl=False)
        return
    write(found, path, kind, least_auc)
    click.echo(f"Report: {path}")
    if show and not webbrowser.open(path.resolve().as_uri()):
        click.echo("No browser could be started: open the file yourself.", err=True)


def _beside(runs: Sequence[Run], kind: str) -> Path | None:
    """Return where a file goes that nobody named: into the run's directory if there is one, else here."""
    if kind not in NAMES:
        return None
    directory = runs[0].directory.path
    return (directory if len(runs) == 1 and directory.is_dir() else Path()) / NAMES[kind]


def write(runs: Sequence[Run], path: Path, kind: str = "html", least_auc: float | None = None) -> None:
    """Write a report as one file, whole or not at all.

    Args:
        runs: The runs.
        path: The file.
        kind: The format.
        least_auc: The quality that is asked for.

    Raises:
        ResultsError: It cannot be written.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            if kind == PARQUET:
                whole.write_parquet(runs, scratch)
            else:
                scratch.write_text(_text(runs, kind, least_auc, path), encoding="utf-8", newline="")
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise ResultsError(f"Cannot write {path}: {error.strerror}: choose another --out.") from error


def _text(runs: Sequence[Run], kind: str, least_auc: float | None, path: Path) -> str:
    if kind in EXPORTS:
        return EXPORTS[kind](runs)
    return PAGES[kind](page(runs, least_auc=least_auc, links=links(runs, path)))


def links(runs: Sequence[Run], path: Path) -> Links:
    """Return what says where the log of a record lies, seen from the report: only logs that are there, and in the run.

    Args:
        runs: The runs.
        path: The report.
    """
    found: dict[tuple[str, str], str] = {}
    for run in runs:
        directory = run.directory.path.absolute()
        if run.directory.logs.is_dir():
            way = Path(os.path.relpath(directory, path.absolute().parent))
            for log in run.directory.logs.iterdir():
                name = f"{log.parent.name}/{log.name}"
                found[run.directory.name, name] = quote((way / name).as_posix())

    def link(record: Record) -> str | None:
        return found.get((record["run"], record["log"] or ""))

    return link
