"""The verbs of `bench data`: one short function for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.making import FORCE, GROUP_ROWS, NAME, print_made, progress_shown
from bench.cli.options import Count, storage_options
from bench.cli.tables import import_, register

if TYPE_CHECKING:
    from bench.model import Storage


@click.group()
def data() -> None:
    """Make, import, list, describe and clean up datasets."""


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


@make.command("flights-raw")
@click.option("--copies", type=Count(), default=1, show_default=True, help="How often flights and weather are there.")
@click.option("--sample", type=Count(), help="Take about so many flights.  [default: all]")
@NAME
@FORCE
def flights_raw(copies: int, sample: int | None, name: str | None, force: bool) -> None:
    """Raw tables of flights, weather and planes, for `bench run --task pipeline`."""
    from bench.datasets.makers.flights_raw import make_flights_raw, name_of

    with progress_shown() as progress:
        manifest = make_flights_raw(copies, sample=sample, name=name or name_of(copies), force=force, progress=progress)
    print_made(manifest)


@make.command("from-raw")
@click.argument("tables", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--features", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="Python file."
)
@click.option("--label", required=True, metavar="COL", help="Label among the columns of the feature table.")
@click.option(
    "--engine", default="duckdb", show_default=True, help="Engine that makes the table all others must come to."
)
@click.option("--name", required=True, help="Name of the dataset.")
@FORCE
def from_raw(tables: Path, features: Path, label: str, engine: str, name: str, force: bool) -> None:
    """Your own raw tables and features, for `bench run --task pipeline`."""
    from bench.machine.limits import cores_available
    from bench.pipelines.making import make_from_raw

    print_made(make_from_raw(tables, features, label, engine, name=name, cores=cores_available(), force=force))


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
def clean() -> None:
    """Remove the samples of tables that `bench advise` has made."""
    from bench.datasets import samples
    from bench.writing import figures

    freed = samples.remove()
    click.echo(f"Removed {figures.size(freed)} from {samples.place()}." if freed else "There are no samples.")


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
