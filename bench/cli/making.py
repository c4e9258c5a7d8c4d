"""The options of `bench data` that say how a dataset is made: by what, of which rows, in what files."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import Count
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.datasets import Manifest
    from bench.datasets.makers.build import ProgressCallback
    from bench.datasets.makers.cluster.request import SparkPlace
    from bench.model import Dataset, Storage

NAME = click.option("--name", help="Name of the dataset.")
FORCE = click.option("--force", is_flag=True, help="Replace the dataset of that name.")
GROUP_ROWS = click.option(
    "--row-group-rows",
    "group_rows",
    type=Count(),
    help="Most rows of a row group.  [default: 64 row groups of each split, of 1,000 to 262,144 rows]",
)


def progress_shown() -> AbstractContextManager[ProgressCallback]:
    """Give a function that shows progress on standard error, if that is a terminal."""
    from bench.datasets.show import show_progress

    return show_progress()


def print_made(manifest: Manifest) -> None:
    """Print the facts of a dataset.

    Args:
        manifest: Its manifest.
    """
    from rich.console import Console

    from bench.datasets.show import print_manifest

    print_manifest(manifest, Console())


def open_or_make(name: str, storage: Storage, label: str) -> Dataset:
    """Open a dataset, after making it if it comes with bench, or registering it if it is a plain table, as is said.

    Args:
        name: Its name, path or URI.
        storage: How to reach it, if it is a URI.
        label: Name of the column to predict, of a plain table; empty where its name says it.

    Raises:
        BenchError: As `bench.datasets.ensure`.
    """
    from bench.datasets import ensure
    from bench.datasets.store import open_manifest

    said: list[str] = []
    dataset = ensure(name, storage, label, said.append)
    for sentence in said:
        click.echo(sentence, err=True)
        warn_of_telltales(open_manifest(dataset.path, storage))
    return dataset


def open_for_task(task: str, data: str, storage: Storage, label: str, features: Path | None) -> Dataset:
    """Open the dataset that a task works on: as `open_or_make`, or for pipelines of raw tables and a file of features.

    Args:
        task: Name of the task.
        data: Name, path or URI of a dataset, a plain table, or a directory of raw tables.
        storage: How to reach it, if it is a URI.
        label: Name of the column to predict; empty where the dataset or the table says it.
        features: Python file that says what pipelines make of raw tables, if one was given.

    Raises:
        BenchError: As both; or features and task do not belong together.
    """
    from bench.tasks import TASKS

    composed = TASKS[task].composed
    if features and not composed:
        raise UsageError(
            "--features says what a pipeline makes of raw tables: say --task pipeline, too. To choose columns of a "
            "table, `bench data register` and `import` have --features."
        )
    if features:
        from bench.machine.limits import cores_available
        from bench.pipelines.own_features import ensure_from_raw

        return ensure_from_raw(data, features, label, cores_available(), functools.partial(click.echo, err=True))
    if composed:
        from bench.datasets.ensure import is_plain

        if is_plain(data, storage):
            raise UsageError(
                f"{data} is no dataset, and nothing says what features a pipeline makes of raw tables: add --features "
                "FILE, with --label COL."
            )
    return open_or_make(data, storage, label)


def warn_of_telltales(manifest: Manifest) -> None:
    """Warn of features that alone tell the label.

    Args:
        manifest: A dataset that was made or registered.
    """
    from bench.problems import problem_of
    from bench.rows.telltale import find_telltales

    if telltales := find_telltales(manifest):
        telling = problem_of(manifest.dataset).telling
        which = ", ".join(f"{feature} ({telling.format(share)})" for feature, share in telltales.items())
        what = "This feature alone tells" if len(telltales) == 1 else "Each of these features alone tells"
        click.echo(
            f"Warning: {what} the label, {which}: if it is known with the answer only, leave it out with --features.",
            err=True,
        )


def import_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of how rows are taken and laid out, and those of a Spark job.

    Its function gets arguments ``sample``, ``files``, ``group_rows`` and ``out``, and ``place``: where Spark runs, None
    for one process.
    """

    @click.option("--sample", type=Count(), help="Take so many rows, the same each time; fewer are among more.")
    @click.option(
        "--files", type=Count(), help="Files of the train split.  [default: 1; by Spark, one for each 128 MB]"
    )
    @GROUP_ROWS
    @click.option("--on", type=click.Choice(["spark"]), help="Let a Spark job do it.  [default: one process here]")
    @click.option("--out", metavar="URI", help="Place for the dataset in a store, by Spark.  [default: here, by name]")
    @click.option("--master", metavar="URL", help="Spark master: local[N], spark://…, yarn, k8s://….  [default: local]")
    @click.option("--cores", type=click.IntRange(1), help="Tasks of Spark at a time.  [default: this machine's cores]")
    @click.option("--spark-conf", multiple=True, metavar="KEY=VALUE", help="Setting of Spark; may be given again.")
    @click.option(
        "--spark-conf-file",
        type=click.Path(exists=True, dir_okay=False, resolve_path=True),
        help="File with more of them.",
    )
    @functools.wraps(command)
    def with_place(
        *,
        on: str | None,
        out: str | None,
        master: str | None,
        cores: int | None,
        spark_conf: tuple[str, ...],
        spark_conf_file: str | None,
        **options: Any,
    ) -> Any:
        if on is None and (out or master or cores or spark_conf or spark_conf_file):
            raise UsageError("--out, --master, --cores and --spark-conf are for a Spark job: say --on spark, too.")
        place = _place(master, cores, spark_conf, spark_conf_file) if on else None
        return command(place=place, out=out, **options)

    return with_place


def _place(master: str | None, cores: int | None, settings: tuple[str, ...], file: str | None) -> SparkPlace:
    from bench.datasets.makers.cluster.request import SparkPlace
    from bench.machine.limits import cores_available
    from bench.spark import conf

    if file:
        conf.read(file)
    cores = cores or cores_available()
    resolved = conf.resolved(conf.parse(settings), Path.cwd())
    return SparkPlace(master or f"local[{cores}]", cores, tuple(f"{k}={v}" for k, v in resolved.items()), file)


def column_names(text: str) -> list[str]:
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
