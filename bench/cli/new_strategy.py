"""The verb `bench new-strategy`: a skeleton and its test."""

from __future__ import annotations

from pathlib import Path

import click

from bench.templates.skeleton import entry_point, write


@click.command("new-strategy")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), help="Directory to write to.  [default: .]")
def new_strategy(name: str, out: Path) -> None:
    """Write a commented skeleton of a strategy, and its test."""
    strategy, test = write(name, out)
    click.echo(f"{strategy}\n{test}\nTo make it known, add to your pyproject.toml and install your package:\n")
    click.echo(entry_point(strategy))
