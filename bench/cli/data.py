"""The verbs of `bench data`: one short function for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from bench.cli.making import GROUP_ROWS, column_names, import_options
from bench.cli.options import CATEGORIES, TIMESTAMPS, Count, storage_options

if TYPE_CHECKING:
    from bench.datasets import Manifest
    from bench.datasets.makers.cluster.request import SparkPlace
    from bench.model import Storage

NAME = click.option("--name", help="Name of the dataset.")
FORCE = click.option("--force", is_flag=True, help="Replace the dataset of that name.")


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

        with _progress() as progress:
            manifest = make_flights(name, force=force, progress=progress)
        _print(manifest)


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

    with _progress() as progress:
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
    _print(manifest)


@data.command("import")
@click.argument("path")
@click.option("--label", required=True, metavar="COL", help="Column to predict.")
@click.option("--kind", metavar="KIND", help="binary, multiclass, regression, or a package's.  [default: guessed]")
@click.option("--positive", metavar="VALUE", help="The label's value to be found, where it has two.")
@click.option("--weight", metavar="COL", default="", help="Column that says how much each row counts.")
@click.option("--features", multiple=True, metavar="COL,…", help="Columns to predict it from.  [default: all others]")
@TIMESTAMPS
@CATEGORIES
@import_options
@storage_options
@NAME
@FORCE
def import_(
    path: str,
    label: str,
    kind: str | None,
    positive: str | None,
    weight: str,
    features: tuple[str, ...],
    timestamps: tuple[str, ...],
    categories: str,
    name: str | None,
    force: bool,
    storage: Storage,
    place: SparkPlace | None,
    out: str | None,
    files: int | None,
    **rows: Any,
) -> None:
    """Make a dataset of your own Parquet: a file, a directory, Hive partitions or a URI."""
    from bench.datasets.makers.telltale import find_telltales
    from bench.problems import problem_of
    from bench.stores.filesystem import from_environment, is_uri

    storage = from_environment(out if out and not is_uri(path) else path, storage)
    chosen = [column for part in features for column in column_names(part)]
    labels: dict[str, Any] = {"kind": kind, "positive": positive, "weight": weight}
    labels |= {"timestamps": tuple(timestamps), "categories": categories}
    if place:
        from bench.datasets.makers.cluster.importer import import_on_spark
        from bench.datasets.makers.cluster.request import ImportRequest

        click.echo("Spark makes the dataset, and shows no progress.", err=True)
        wanted = ImportRequest(
            path, storage, label, tuple(chosen), name or "", out or "", place, files, **rows, **labels
        )
        manifest = import_on_spark(wanted, force=force)
    else:
        from bench.datasets.makers.ingest import import_parquet

        with _progress() as progress:
            manifest = import_parquet(
                path,
                label,
                chosen,
                name,
                storage=storage,
                files=files or 1,
                force=force,
                progress=progress,
                **rows,
                **labels,
            )
    _print(manifest)
    if telltales := find_telltales(manifest):
        telling = problem_of(manifest.dataset).telling
        which = ", ".join(f"{feature} ({telling.format(share)})" for feature, share in telltales.items())
        what = "This feature alone tells" if len(telltales) == 1 else "Each of these features alone tells"
        click.echo(
            f"Warning: {what} the label, {which}: if it is known with the answer only, leave it out with --features.",
            err=True,
        )


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
    """Copy a dataset into an object store, such as s3://bucket/path."""
    from bench.datasets.remote import copy as copied
    from bench.datasets.store import open_manifest
    from bench.stores.filesystem import from_environment

    _print(copied(open_manifest(name), uri, from_environment(uri, storage)))


@data.command()
@click.argument("name")
@storage_options
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@click.option("--verify", is_flag=True, help="Read every byte and compare the fingerprint.")
def describe(name: str, storage: Storage, as_json: bool, verify: bool) -> None:
    """Describe one dataset, by its name, path or URI; of one in a store the footers are read."""
    from rich.console import Console

    from bench.datasets.show import print_manifest
    from bench.datasets.store import open_manifest
    from bench.stores.filesystem import from_environment

    manifest = open_manifest(name, from_environment(name, storage))
    if verify:
        from bench.datasets.format.fingerprint import verify_content

        verify_content(manifest)
    if as_json:
        click.echo(json.dumps({"path": manifest.dataset.path, **manifest.as_json()}, indent=1))
    else:
        print_manifest(manifest, Console(), verified=verify)


def _progress() -> Any:
    from bench.datasets.show import show_progress

    return show_progress()


def _print(manifest: Manifest) -> None:
    from rich.console import Console

    from bench.datasets.show import print_manifest

    print_manifest(manifest, Console())
