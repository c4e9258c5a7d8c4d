"""Writes a report of runs as one file, or as text."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from bench.records import export as whole
from bench.records.directory import Record, Run
from bench.records.files import whole_file
from bench.report import html, markdown, plain
from bench.report.exports import pytest_benchmark, table
from bench.report.page import Page, page
from bench.report.repeats import Links

PAGES: dict[str, Callable[[Page], str]] = {"html": html.render, "md": markdown.render, "text": plain.render}


EXPORTS: dict[str, Callable[[Sequence[Run]], str]] = {
    "json": whole.as_json,
    "csv": table.as_csv,
    "pytest-benchmark": pytest_benchmark.as_json,
}


PARQUET = "parquet"


def write(runs: Sequence[Run], path: Path, kind: str = "html", quality: float | None = None) -> None:
    """Write a report as one file, whole or not at all.

    Args:
        runs: The runs.
        path: The file.
        kind: The format.
        quality: The quality that is asked for.

    Raises:
        ResultsError: It cannot be written.
    """
    with whole_file(path) as scratch:
        if kind == PARQUET:
            whole.write_parquet(runs, scratch)
        else:
            scratch.write_text(render(runs, kind, quality, path), encoding="utf-8", newline="")


def render(runs: Sequence[Run], kind: str, quality: float | None, path: Path) -> str:
    """Return a report as text.

    Args:
        runs: The runs.
        kind: A format of `PAGES` or `EXPORTS`.
        quality: The quality that is asked for.
        path: The place of the report, from which links to logs lead.
    """
    if kind in EXPORTS:
        return EXPORTS[kind](runs)
    return PAGES[kind](page(runs, quality=quality, links=links(runs, path)))


def links(runs: Sequence[Run], path: Path) -> Links:
    """Return a function from a record to the place of its log, seen from the report; None for a log outside the run.

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
                found[run.directory.name, name] = quote(os.fsencode((way / name).as_posix()))

    def link(record: Record) -> str | None:
        return found.get((record["run"], record["log"] or ""))

    return link
