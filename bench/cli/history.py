"""The verbs of `bench history`."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import HISTORY
from bench.trend import pytest_benchmark
from bench.trend.history import open_history


@click.group()
def history() -> None:
    """Look after the history of nights."""


@history.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@HISTORY
def import_file(file: Path, place: str) -> None:
    """Add what `pytest --benchmark-json=FILE` wrote to the history of nights."""
    nights = open_history(place)
    nights.nights()  # add nothing to a history that cannot be read
    night = pytest_benchmark.read(file)
    added = nights.add(night)
    number = len(night.cases)
    what = f"{number} {'case' if number == 1 else 'cases'} of {night.at}"
    click.echo(f"{what} {'added to' if added else 'were already in'} {nights.place}.")
