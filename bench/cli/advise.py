"""The verb `bench advise`: from runs at several sizes to the fastest way at a size that nobody measured."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench.cli.options import RESULTS, Count, Share, storage_options
from bench.errors import EXIT_INCONCLUSIVE, EXIT_REFUSED, UsageError
from bench.model import Storage


@click.command()
@click.option("--rows", type=Count(), help="Rows of the table in question, such as 1e9.  [default: those of --data]")
@click.option(
    "--data", metavar="TABLE", help="Table in question: a name, a path or a URI.  [default: that of the runs]"
)
@click.option(
    "--from",
    "sources",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="RUN",
    help="Run, or exported file, at some size; give three sizes or more.",
)
@click.option("--memory-share", type=Share(), default="80%", show_default=True, help="Memory that a trial may use.")
@click.option(
    "--quality",
    type=float,
    metavar="GRADE",
    help="Grade that will do, by the problem's first metric.  [default: a little worse than the best]",
)
@click.option("--worth", type=click.FloatRange(0), help="Gain of the first grade that is worth more rows.")
@click.option("--strict", is_flag=True, help="Fail, with 3, where it is too close to call.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@RESULTS
@storage_options
def advise(**options: Any) -> None:
    """Say which strategy is the fastest for more rows than were measured, how sure that is, or why nobody knows.

    Nothing is measured: the forecasts come from runs of one table's samples, at several sizes, on one machine.
    """
    sys.exit(_advise(**options))


def _advise(
    *,
    rows: int | None,
    data: str | None,
    sources: tuple[Path, ...],
    memory_share: float,
    quality: float | None,
    worth: float | None,
    strict: bool,
    as_json: bool,
    results: Path,
    storage: Storage,
) -> int:
    """Carry out `bench advise` and return its exit code.

    Args:
        rows: Rows of the table in question; None for those of ``data``.
        data: Name, path or URI of the table in question; None for that of the runs.
        sources: Directories of runs, exported files, or names of runs in ``results``.
        memory_share: Share of the machine's memory that a trial may use.
        quality: The grade that an answer must reach, by the problem's first metric.
        worth: The least gain of the first grade that is worth more rows.
        strict: Whether a tie fails.
        as_json: Whether to print JSON.
        results: Directory that holds runs.
        storage: How to reach ``data``.

    Raises:
        UsageError: The question is incomplete, or so many rows were measured.
    """
    from bench.advise.advice import SizeQuestion
    from bench.advise.advice import advise as answer
    from bench.advise.document import as_document
    from bench.advise.stated import ask_strategies
    from bench.advise.text import print_advice
    from bench.datasets.store import open_dataset
    from bench.records.reading import read

    dataset = open_dataset(data, storage) if data else None
    asked = rows or (dataset.rows if dataset else None)
    if asked is None:
        raise UsageError("The number of rows is missing: add --rows 1e9, or --data with a table that has them.")
    table = asdict(dataset) if dataset else None
    runs = read(sources, results)
    stated = ask_strategies(record["trial"]["strategy"] for run in runs for record in run.records)
    found = answer(runs, SizeQuestion(asked, table, memory_share, quality, worth), stated)
    if as_json:
        click.echo(json.dumps(as_document(found), indent=1))
    else:
        print_advice(found, Console(highlight=False))
    if found.field.decision is None:
        return EXIT_REFUSED
    return EXIT_INCONCLUSIVE if strict and found.recommended is None else 0
