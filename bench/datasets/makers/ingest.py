"""Makes a dataset of a user's own Parquet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np
import pyarrow.compute as pc

from bench.datasets.format import manifest as manifests
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import ProgressCallback, ignore_progress
from bench.datasets.makers.columns import ColumnChoice, choose_columns
from bench.datasets.makers.encode import encode
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.patterns import fixed_part
from bench.datasets.makers.shuffled import Portion, build_shuffled
from bench.datasets.makers.source import ParquetSource, open_source
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import DatasetError
from bench.model import Storage
from bench.problems import DEFAULT, PROBLEMS, Problem
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors

# A float32 holds integers exactly up to 2**24; so many different strings are names, not categories.
_MOST_CATEGORIES = 100_000


def import_parquet(
    path: str,
    label: str,
    features: Sequence[str] = (),
    name: str | None = None,
    *,
    storage: Storage = Storage(),  # noqa: B008 - it is frozen
    force: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Manifest:
    """Make a dataset of Parquet files; memory does not grow with the rows.

    Numbers and booleans become float32, strings their places among the sorted strings of their
    column, and nulls and NaN the mean of their column over the train split. Every fifth row, by a
    hash of its features, is for testing.

    Args:
        path: A file, a directory, a directory with Hive partitions, a pattern of such, or a URI of one.
        label: Name of the column to predict: boolean, or the numbers 0 and 1.
        features: Names of the columns to predict it from; all others but pandas' index if empty.
        name: Name of the dataset; that of the file or directory if not given.
        storage: How to reach the files, if they are named by a URI.
        force: Whether an existing one is replaced.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        UsageError: The name is taken or cannot be one, or the URI is none that is read here.
        DatasetError: The input is a dataset of ours or cannot be used, or the disk is full.
        StorageError: The store that holds the input does not answer.
    """
    path = normal(path)
    if not is_uri(path):
        path = str(Path(os.path.expanduser(path)).absolute())
    if _is_ours(path, storage):
        raise DatasetError(f"{path} is a dataset of bench already: use it as it is, with --data {path}.")
    name = name or _default_name(path)
    with stage_dataset(name, force=force) as directory:
        source = open_source(path, storage)
        columns = choose_columns(source.schema, label, features, source.index)
        categories = _categories(source, columns.text, progress)
        names = [columns.names[column] for column in columns.features]
        portions = _portions(source, columns, categories, PROBLEMS[DEFAULT])
        build_shuffled(
            directory,
            name,
            Layout(columns.names[label], tuple(names)),
            portions,
            source.rows,
            progress,
            categories={columns.names[column]: strings for column, strings in categories.items()},
            source=_provenance(path, storage, columns),
        )
    return open_manifest(name)


def _is_ours(path: str, storage: Storage) -> bool:
    if not is_uri(path):
        return (Path(path) / manifests.NAME).is_file()
    with store_errors(path, storage):
        opened, root = filesystem(path, storage)
        return bool(opened.get_file_info(f"{root}/{manifests.NAME}").is_file)


def _provenance(path: str, storage: Storage, columns: ColumnChoice) -> dict[str, object]:
    endpoint = {"endpoint": storage.endpoint} if is_uri(path) and storage.endpoint else {}
    chosen = {"renamed": columns.renamed, "left_out": list(columns.left_out)}
    return {"maker": "import", "path": path, **endpoint, **chosen}


def _default_name(path: str) -> str:
    last = PurePath(fixed_part(path)).name.removesuffix(".parquet")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("._-")


def _categories(
    source: ParquetSource, columns: Sequence[str], progress: ProgressCallback
) -> dict[str, tuple[str, ...]]:
    """Return the different strings of each text column, sorted; the code of a string is its place."""
    found: dict[str, set[str]] = {column: set() for column in columns}
    done = 0
    for _, batch in source.batches(columns) if columns else ():
        for column, strings in found.items():
            strings.update(value for value in pc.unique(batch[column]).to_pylist() if value is not None)
            if len(strings) > _MOST_CATEGORIES:
                raise DatasetError(
                    f"The column {column!r} holds more than {_MOST_CATEGORIES:,} different strings, too many for "
                    "categories: leave it out by naming the others with --features."
                )
        done += len(batch)
        progress("reading strings", done, source.rows)
    return {column: tuple(sorted(strings)) for column, strings in found.items()}


def _portions(
    source: ParquetSource, columns: ColumnChoice, categories: Mapping[str, Sequence[str]], problem: Problem
) -> Iterator[Portion]:
    wanted = [columns.label, *columns.features]
    for path, batch in source.batches(wanted):
        if not len(batch):
            continue
        values = np.stack([encode(batch[column], categories.get(column)) for column in wanted])
        problem.check_labels(values[0], columns.label, path)
        for at in np.flatnonzero(np.isinf(values).any(axis=1)):
            raise DatasetError(
                f"The column {wanted[at]!r} holds infinities, or numbers beyond the 3.4e38 of float32, in {path}: "
                "replace them with nulls or smaller numbers, or leave the column out with --features."
            )
        yield values, None
