"""The verbs of `bench data`: one short function for each."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import CATEGORIES, TIMESTAMPS, storage_options

if TYPE_CHECKING:
    from bench.datasets import Manifest
    from bench.model import Storage

NAME = click.option("--name", help="Name of the dataset.")
FORCE = click.option("--force", is_flag=True, help="Replace the dataset of that name.")


class Count(click.ParamType[int]):
    """A positive whole number such as 1000, 1_000_000 or 1e7."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"\d[\d_]*(?:\.\d+)?(?:[eE]\+?\d{1,2})?", value.strip())
        number = Decimal(match[0].replace("_", "")) if match else Decimal(0)
        if number < 1 or number != int(number):
            self.fail(f"{value!r} is no positive whole number: write 1000, 1_000_000 or 1e6.", param, ctx)
        return int(number)


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
    rows: int, features: int, files: int, seed: int, kind: str, classes: int | None, name: str | None, force: bool
) -> None:
    """Random rows, whose best possible grade is known."""
    from bench.datasets.makers.synthetic import make_synthetic

    with _progress() as progress:
        manifest = make_synthetic(
            rows, features, files, seed, kind=kind, classes=classes, name=name, force=force, progress=progress
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
) -> None:
    """Make a dataset of your own Parquet: a file, a directory, Hive partitions or a URI."""
    from bench.datasets.makers.ingest import import_parquet
    from bench.datasets.makers.telltale import find_telltales
    from bench.problems import problem_of
    from bench.stores.filesystem import from_environment

    storage = from_environment(path, storage)
    chosen = [column for part in features for column in _columns(part)]
    with _progress() as progress:
        manifest = import_parquet(
            path,
            label,
            chosen,
            name,
            kind=kind,
            positive=positive,
            weight=weight,
            timestamps=timestamps,
            categories=categories,
            storage=storage,
            force=force,
            progress=progress,
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


def _columns(text: str) -> list[str]:
    """Return the names in a list with commas, in which a name with a comma stands in quotes as in CSV."""
    try:
        closed = re.sub(r'"\s+(?=,|$)', '"', text)  # the reader takes blanks before a quote only
        (line,) = csv.reader([closed], skipinitialspace=True, strict=True) if text.strip() else ([],)
    except csv.Error as error:
        raise click.BadParameter(
            f'{text!r} is no list ({error}): write a,"b, with a comma".', param_hint="--features"
        ) from error
    names = [stripped for name in line if (stripped := name.rstrip())]
    if not names:
        raise click.BadParameter(
            f"{text!r} names no column: write a,b, or leave the option out.", param_hint="--features"
        )
    return names


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
