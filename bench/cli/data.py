"""The verbs of `bench data`: one short function for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bench.cli.making import FORCE, GROUP_ROWS, NAME, print_made, progress_shown
from bench.cli.options import Count, storage_options
from bench.cli.tables import import_, register

if TYPE_CHECKING:
    from bench.model import Storage


@click.group()
def data() -> None:
    """Make, import, list and describe datasets."""


@data.group()
def make() -> None:
    """Make a dataset that comes with bench."""


def _flights(name: str, told: str) -> None:
    """Add the verb that makes a dataset of flights."""

    @make.command(name, help=told)
    @FORCE
    def command(force: bool) -> None:
        from bench.datasets.makers.flights import make_flights

        with progress_shown() as progress:
            manifest = make_flights(name, force=force, progress=progress)
        print_made(manifest)


_flights("flights", "Departures from New York in 2013: will they be late? The default.")
_flights("flights-class", "The same departures: early, in time, late, or very late?")
_flights("flights-delay", "The same departures: by how many minutes will they be late?")


@make.command()
@click.option("--rows", type=Count(), required=True, help="Rows in both splits, such as 1e7.")
@click.option("--features", type=Count(), default=28, show_default=True, help="Number of features.")
@click.option("--files", type=Count(), default=1, show_default=True, help="Files of the train split.")
@GROUP_ROWS
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Each gives another dataset.")
@click.option(
    "--kind",
    type=click.Choice(["binary", "multiclass", "regression"]),
    default="binary",
    show_default=True,
    help="Kind of problem.",
)
@click.option("--classes", type=click.IntRange(3, 1000), help="Number of classes.  [default: 3 where there are many]")
@NAME
@FORCE
def synthetic(
    rows: int,
    features: int,
    files: int,
    group_rows: int | None,
    seed: int,
    kind: str,
    classes: int | None,
    name: str | None,
    force: bool,
) -> None:
    """Random rows, whose best possible grade is known."""
    from bench.datasets.makers.synthetic import make_synthetic

    with progress_shown() as progress:
        manifest = make_synthetic(
            rows,
            features,
            files,
            seed,
            kind=kind,
            classes=classes,
            group_rows=group_rows,
            name=name,
            force=force,
            progress=progress,
        )
    print_made(manifest)


data.add_command(import_)
data.add_command(register)


@data.command("list")
def list_() -> None:
    """List the datasets of this user."""
    from rich.console import Console

    from bench.datasets import home
    from bench.datasets.show import print_list

    print_list(home(), Console())


@data.command()
@click.argument("name")
@click.argument("uri")
@storage_options
def copy(name: str, uri: str, storage: Storage) -> None:
    """Copy a dataset, or a registered table's manifest, into a store, such as s3://bucket/path."""
    from bench.datasets.remote import copy as copied
    from bench.datasets.store import open_manifest
    from bench.stores.filesystem import from_environment

    print_made(copied(open_manifest(name), uri, from_environment(uri, storage)))


@data.command()
@click.argument("name")
@storage_options
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@click.option("--verify", is_flag=True, help="Read every row and compare the fingerprint.")
def describe(name: str, storage: Storage, as_json: bool, verify: bool) -> None:
    """Describe one dataset, by its name, path or URI; of one in a store the footers are read."""
    from rich.console import Console

    from bench.datasets.show import print_manifest
    from bench.datasets.store import open_manifest
    from bench.stores.filesystem import from_environment

    manifest = open_manifest(name, from_environment(name, storage))
    if verify:
        from bench.datasets.format.fingerprint import verify_content
        from bench.datasets.register.verify import verify_table

        with progress_shown() as progress:
            verify_table(manifest, progress) if manifest.registered else verify_content(manifest)
    if as_json:
        click.echo(json.dumps({"path": manifest.dataset.path, **manifest.as_json()}, indent=1))
    else:
        print_manifest(manifest, Console(), verified=verify)
