"""The verb `bench show`: the table of a run."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from bench.cli.options import PRICE, RESULTS, renamed
from bench.errors import UsageError
from bench.prices.tariff import Tariff
from bench.records.costs import priced
from bench.records.reading import read
from bench.report.text import print_run


@click.command()
@click.argument("run", type=click.Path(path_type=Path), required=False)
@PRICE
@RESULTS
@renamed("--out", "--results")
def show(run: Path | None, price: Tariff | None, results: Path) -> None:
    """Print the table of an earlier run, by default the last."""
    found = read([run] if run else [], results)
    if len(found) != 1:
        raise UsageError(f"{run} holds {len(found)} runs, and one is shown: give it to `bench report`.")
    print_run(priced(found[0], price), Console(highlight=False))
