"""Makes a dataset of a user's own Parquet."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from bench.datasets.format import manifest as manifests
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import ProgressCallback, ignore_progress
from bench.datasets.makers.categories import CODES
from bench.datasets.makers.patterns import fixed_part
from bench.datasets.makers.plan import plan_import
from bench.datasets.makers.shuffled import build_shuffled
from bench.datasets.makers.source import TableSource, open_source
from bench.datasets.makers.survey import Survey
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import DatasetError
from bench.model import Storage
from bench.problems import PROBLEMS
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors


def import_parquet(
    path: str,
    label: str,
    features: Sequence[str] = (),
    name: str | None = None,
    *,
    kind: str | None = None,
    positive: str | None = None,
    weight: str = "",
    timestamps: Sequence[str] = (),
    categories: str = CODES,
    storage: Storage = Storage(),  # noqa: B008 - it is frozen
    sample: int | None = None,
    version: int | None = None,
    files: int = 1,
    group_rows: int | None = None,
    force: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Manifest:
    """Make a dataset of Parquet files; memory does not grow with the rows.

    Numbers and booleans become float32, spans of time seconds, strings their places among the sorted strings of their
    column or what ``categories`` says, and nulls and NaN the mean of their column over the train split. Every fifth
    row, by a hash of its features, is for testing.

    Args:
        path: A file, a directory, a directory with Hive partitions, a pattern of such, or a URI of one.
        label: Name of the column to predict: numbers, booleans or strings.
        features: Names of the columns to predict it from; all others but pandas' index if empty.
        name: Name of the dataset; that of the file or directory if not given.
        kind: Name of the kind of problem; guessed by the label's values if it is not given.
        positive: The label's value, as text, that is to be found, where it has two.
        weight: Name of the column that says how much each row counts; empty for none.
        timestamps: The numbers to make of timestamps and dates (`bench.datasets.makers.times.PARTS`).
        categories: How strings become numbers, as `bench.datasets.makers.categories.category_rule` reads it.
        storage: How to reach the files, if they are named by a URI.
        sample: How many rows to take, see `TableSource.sample`; None for all.
        version: Number of the version of a Delta table; the newest if None.
        files: Files of the train split; the content does not depend on it.
        group_rows: Most rows of a row group; None for the default.
        force: Whether an existing one is replaced.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        UsageError: The name is taken or cannot be one, or the URI is none that is read here.
        DatasetError: The input is a dataset of ours or cannot be used, or the disk is full.
        StorageError: The store that holds the input does not answer.
    """
    path = whole_path(path, storage)
    if kind is not None:
        PROBLEMS[kind]  # refuses one that is not there before anything is read
    name = name or default_name(path)
    with stage_dataset(name, force=force) as directory:
        source = open_source(path, storage, version)
        source = source.sample(sample) if sample else source
        look = functools.partial(_look, progress)
        plan = plan_import(source, label, features, look, kind, positive, weight, timestamps, categories)
        losses: dict[str, int] = {}  # filled while the rows are read, which is before the manifest is written
        facts = plan.facts(losses)
        build_shuffled(
            directory,
            name,
            plan.layout,
            plan.portions(source, losses),
            source.rows,
            progress,
            files=files,
            group_rows=group_rows,
            **{**facts, "source": provenance(source, sample) | facts["source"]},
        )
    return open_manifest(name)


def whole_path(path: str, storage: Storage) -> str:
    """Return the path or URI of an input as all other functions expect it.

    Args:
        path: The path or URI as the user named it.
        storage: How to reach it, if it is a URI.

    Raises:
        UsageError: The URI is none that is read here.
        DatasetError: It is a dataset of ours, or a pattern of its files.
    """
    path = normal(path)
    if not is_uri(path):
        path = str(Path(os.path.expanduser(path)).absolute())
    place = fixed_part(path)
    if _is_ours(place, storage):
        raise DatasetError(f"{place} is a dataset of bench already: use it as it is, with --data {place}.")
    return path


def _is_ours(path: str, storage: Storage) -> bool:
    if not is_uri(path):
        return (Path(path) / manifests.NAME).is_file()
    with store_errors(path, storage):
        opened, root = filesystem(path, storage)
        return bool(opened.get_file_info(f"{root}/{manifests.NAME}").is_file)


def provenance(source: TableSource, sample: int | None) -> dict[str, object]:
    """Return what a manifest says of the input as a whole.

    Args:
        source: The input.
        sample: How many of its rows were taken; None for all.
    """
    endpoint = {"endpoint": source.storage.endpoint} if is_uri(source.path) and source.storage.endpoint else {}
    version = {} if source.version is None else {"version": source.version}
    return {"maker": "import", "path": source.path, **endpoint, **version, **({"sample": sample} if sample else {})}


def default_name(path: str) -> str:
    """Return the name of a dataset of an input: that of its file or directory."""
    last = PurePath(fixed_part(path)).name.removesuffix(".parquet")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("._-")


def _look(progress: ProgressCallback, source: TableSource, survey: Survey) -> None:
    done = 0
    for path, batch in source.batches(survey.columns):
        survey.add(batch, path)
        done += len(batch)
        progress("reading labels, strings and times", done, source.rows)
