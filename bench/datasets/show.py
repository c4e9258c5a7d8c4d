"""Shows datasets, and the progress of making one, to a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.datasets import labels, samples, store
from bench.datasets.format.manifest import SPLITS, Manifest, read_manifest
from bench.datasets.makers import build
from bench.errors import DatasetError
from bench.problems import problem_of
from bench.writing import figures, tables

_WHY, _INDEX = {"row_id": "rows are numbered anew"}, "an index of pandas: name it in --features to use it"


@contextmanager
def show_progress() -> Iterator[build.ProgressCallback]:
    """Give a function that shows progress on standard error, if that is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def print_list(home: Path, console: Console) -> None:
    """Print a line for each dataset, and the size of samples; one whose manifest is damaged says so.

    Args:
        home: Directory of the datasets.
        console: Where to print.
    """
    names = store.names()
    if not names:
        console.print(
            f"There is no dataset in {escape(str(home))} yet: `bench data make flights` makes the default one."
        )
        return
    table = Table(caption=escape(str(home)), caption_justify="left", box=None, header_style="bold")
    table.add_column("dataset", overflow="fold")
    for column in ("rows", "features"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("label", overflow="fold")
    table.add_column("MB", justify="right", no_wrap=True)
    table.add_column("fingerprint", overflow="fold")
    for name in names:
        table.add_row(*_line(home / name))
    tables.print_whole(table, console)
    if taken := samples.size():
        console.print(f"Samples of `bench advise` take {figures.size(taken)}: `bench data clean` removes them.")


def _line(path: Path) -> list[str]:
    try:
        manifest = read_manifest(path)
    except DatasetError as error:
        return [path.name, *[""] * 4, f"[red]{escape(str(error))}[/]"]
    found = manifest.dataset
    counts = [f"{count:,}" for count in (found.rows, len(found.features))]
    label = escape(f"{found.problem}, {labels.in_brief(manifest)}")
    return [path.name, *counts, label, f"{manifest.bytes / 1e6:,.1f}", found.fingerprint[:12]]


def print_manifest(manifest: Manifest, console: Console, *, verified: bool = False) -> None:
    """Print the facts of a dataset.

    Args:
        manifest: Its manifest.
        console: Where to print.
        verified: Whether every row has just been compared with the fingerprint.
    """
    table = Table(box=None, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for fact, value in _facts(manifest, verified):
        table.add_row(fact, escape(value))
    console.print(table)


def _facts(manifest: Manifest, verified: bool) -> Iterator[tuple[str, str]]:
    found, source = manifest.dataset, manifest.source
    yield "dataset", found.name
    yield "path", found.path
    yield (
        "made by",
        ", ".join(
            f"{key} {value}" for key, value in source.items() if isinstance(value, (str, int)) and key != "guess"
        ),
    )
    guess = f", guessed, since {source['guess']}: --kind says otherwise" if "guess" in source else ""
    yield "kind", f"{found.problem}{guess}"
    yield "label", found.label
    if found.weight:
        yield "weight", found.weight
    yield f"{len(found.features)} features", ", ".join(found.features)
    for split, rows in zip(SPLITS, (found.train_rows, found.test_rows), strict=True):
        yield split, f"{rows:,} rows: {labels.at_length(manifest, split)}"
    if manifest.registered:
        yield from _where_it_lies(manifest)
    groups = sum(file.row_groups for file in manifest.files)
    groups += sum(len(file["groups"]) for file in manifest.registered.get("files", ()))
    files = len(manifest.files) + len(manifest.registered.get("files", ()))
    yield "size", f"{manifest.bytes / 1e6:,.1f} MB in {files} files with {groups} row groups"
    yield "fingerprint", found.fingerprint + (" (every row has been read: it is right)" if verified else "")
    metric = problem_of(found).metrics[0]
    if found.best is not None:
        yield f"best {metric.label}", f"{metric.shown(found.best)}: no model can do better, but by chance"
    for family, floor in found.floors.items():
        yield f"{'least' if metric.better > 0 else 'most'} {metric.label} of {family}", metric.shown(floor)
    for what, values in _changes(manifest):
        if values:
            yield what, ", ".join(values)


def _where_it_lies(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield what only registered tables have."""
    registered = manifest.registered
    yield "lies at", registered["path"]
    yield "split by", registered["split_by"]
    if registered["where"]:
        yield "only where", registered["where"]
    if registered["sample"]:
        yield "sample", f"{registered['sample']:,} rows"
    yield "clustered", f"{manifest.dataset.clustered:.2f} of the label's variance lies between stretches of rows"


def _changes(manifest: Manifest) -> Iterator[tuple[str, list[str]]]:
    yield "missing, now mean", [f"{name} ({count:,})" for name, count in manifest.imputed.items()]
    now = "names" if manifest.dataset.categorical else "codes"
    yield f"strings, now {now}", [f"{name} ({len(strings):,})" for name, strings in manifest.categories.items()]
    yield "age counted from", [f"{_moment(at)} ({name})" for name, at in manifest.source.get("newest", {}).items()]
    rounded = manifest.source.get("rounded", {})
    yield "rounded to float32", [f"{name} ({count:,} values)" for name, count in rounded.items()]
    yield "renamed", [f"{old} to {new}" for old, new in manifest.source.get("renamed", {}).items()]
    yield "left out", [f"{name} ({_WHY.get(name, _INDEX)})" for name in manifest.source.get("left_out", ())]


def _moment(seconds: float) -> str:
    """Return a point of time, in UTC, that is given in seconds since 1970."""
    return f"{datetime(1970, 1, 1) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"
