"""The verbs of `bench data` that take a user's own table: a copy of it, or where it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from bench.cli.making import FORCE, NAME, column_names, import_options, print_made, progress_shown, warn_of_telltales
from bench.cli.options import CATEGORIES, TIMESTAMPS, Count, storage_options

if TYPE_CHECKING:
    from bench.datasets.makers.cluster.request import SparkPlace
    from bench.model import Storage


def column_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that say what the columns of a table are."""
    options = (
        click.option("--label", required=True, metavar="COL", help="Column to predict."),
        click.option(
            "--kind", metavar="KIND", help="binary, multiclass, regression, or a package's.  [default: guessed]"
        ),
        click.option("--version", type=click.IntRange(0), help="Version of a Delta table.  [default: the newest]"),
        click.option("--positive", metavar="VALUE", help="The label's value to be found, where it has two."),
        click.option("--weight", metavar="COL", default="", help="Column that says how much each row counts."),
        click.option(
            "--features", multiple=True, metavar="COL,…", help="Columns to predict it from.  [default: all others]"
        ),
        TIMESTAMPS,
        CATEGORIES,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("import")
@click.argument("path")
@column_options
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
    """Make a dataset of your own Parquet or ORC: a file, a directory, Hive partitions or a URI."""
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

        with progress_shown() as progress:
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
    print_made(manifest)
    warn_of_telltales(manifest)


@click.command()
@click.argument("path")
@column_options
@click.option(
    "--split-by",
    default="hash",
    show_default=True,
    metavar="RULE",
    help="Rows for testing: hash, COL<VALUE (holds for training), group=COL, or COL that says it.",
)
@click.option("--sample", type=Count(), help="Take so many rows, the same each time; fewer are among more.")
@click.option("--where", default="", metavar="COND", help='Use only rows such as "day >= 2024-01-01 and fare > 0".')
@storage_options
@NAME
@FORCE
def register(path: str, features: tuple[str, ...], storage: Storage, **wanted: Any) -> None:
    """Use your own Parquet or ORC where it lies: writes what it is, and copies no row."""
    from bench.datasets.register.register import register_table
    from bench.stores.filesystem import from_environment

    chosen = [column for part in features for column in column_names(part)]
    with progress_shown() as progress:
        manifest = register_table(
            path, features=chosen, storage=from_environment(path, storage), progress=progress, **wanted
        )
    print_made(manifest)
    warn_of_telltales(manifest)
