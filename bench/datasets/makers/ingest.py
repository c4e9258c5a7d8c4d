"""Makes a dataset of a user's own Parquet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format import manifest as manifests
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import ProgressCallback, ignore_progress
from bench.datasets.makers.columns import ColumnChoice, choose_columns
from bench.datasets.makers.encode import encode
from bench.datasets.makers.label_rule import label_rule
from bench.datasets.makers.labels import LabelRule, LabelValues
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.patterns import fixed_part
from bench.datasets.makers.shuffled import Portion, build_shuffled
from bench.datasets.makers.source import ParquetSource, open_source
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import DatasetError
from bench.model import Storage
from bench.problems import PROBLEMS
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors

# A float32 holds integers exactly up to 2**24; so many different strings are names, not categories.
_MOST_CATEGORIES = 100_000


def import_parquet(
    path: str,
    label: str,
    features: Sequence[str] = (),
    name: str | None = None,
    *,
    kind: str | None = None,
    positive: str | None = None,
    weight: str = "",
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
        label: Name of the column to predict: numbers, booleans or strings.
        features: Names of the columns to predict it from; all others but pandas' index if empty.
        name: Name of the dataset; that of the file or directory if not given.
        kind: Name of the kind of problem; guessed by the label's values if it is not given.
        positive: The label's value, as text, that is to be found, where it has two.
        weight: Name of the column that says how much each row counts; empty for none.
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
    if kind is not None:
        PROBLEMS[kind]  # refuses one that is not there before anything is read
    name = name or _default_name(path)
    with stage_dataset(name, force=force) as directory:
        source = open_source(path, storage)
        columns = choose_columns(source.schema, label, features, source.index, weight)
        seen, categories = _survey(source, columns, progress)
        rule = label_rule(seen, kind, positive)
        layout = Layout(
            columns.names[label],
            tuple(columns.names[column] for column in columns.features),
            rule.problem,
            rule.classes,
            columns.names.get(weight, ""),
        )
        portions = _portions(source, columns, rule, categories)
        build_shuffled(
            directory,
            name,
            layout,
            portions,
            source.rows,
            progress,
            categories={columns.names[column]: strings for column, strings in categories.items()},
            source=_provenance(path, storage, columns) | ({"guess": rule.guess} if rule.guess else {}),
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


def _survey(
    source: ParquetSource, columns: ColumnChoice, progress: ProgressCallback
) -> tuple[LabelValues, dict[str, tuple[str, ...]]]:
    """Return the label's values, and each text column's different strings, sorted; a string's code is its place."""
    label = LabelValues(columns.label, source.schema.field(columns.label).type)
    found: dict[str, set[str]] = {column: set() for column in columns.text}
    done = 0
    for path, batch in source.batches([columns.label, *columns.text]):
        label.add(batch[columns.label], path)
        for column, strings in found.items():
            strings.update(value for value in pc.unique(batch[column]).to_pylist() if value is not None)
            if len(strings) > _MOST_CATEGORIES:
                raise DatasetError(
                    f"The column {column!r} holds more than {_MOST_CATEGORIES:,} different strings, too many for "
                    "categories: leave it out by naming the others with --features."
                )
        done += len(batch)
        progress("reading labels and strings", done, source.rows)
    return label, {column: tuple(sorted(strings)) for column, strings in found.items()}


def _portions(
    source: ParquetSource, columns: ColumnChoice, rule: LabelRule, categories: Mapping[str, Sequence[str]]
) -> Iterator[Portion]:
    problem, total = PROBLEMS[rule.problem], 0.0
    for path, batch in source.batches(columns.read):
        if not len(batch):
            continue
        labels = rule.codes(batch[columns.label])
        problem.check_labels(labels, columns.label, path)
        values = np.stack([labels, *(encode(batch[name], categories.get(name)) for name in columns.read[1:])])
        if columns.weight:
            total += _sum_weights(values[1], columns.weight, path)
        for at in np.flatnonzero(np.isinf(values).any(axis=1)):
            raise DatasetError(
                f"The column {columns.read[at]!r} holds infinities, or numbers beyond the 3.4e38 of float32, in "
                f"{path}: replace them with nulls or smaller numbers, or leave the column out with --features."
            )
        yield values, None
    if columns.weight and not total:
        raise DatasetError(f"The weight {columns.weight!r} is 0 in every row, so that no row counts: leave it out.")


def _sum_weights(weights: NDArray[np.float32], column: str, path: str) -> float:
    """Return the sum of finite weights, after a check that there are no others."""
    if np.isnan(weights).any():
        raise DatasetError(f"The weight {column!r} has missing values in {path}: give every row one, such as 0 or 1.")
    if np.isinf(weights).any():
        raise DatasetError(
            f"The weight {column!r} is infinite, or beyond the 3.4e38 of float32, in a row of {path}: make it smaller."
        )
    if (weights < 0).any():
        raise DatasetError(
            f"The weight {column!r} is {weights.min():g} in a row of {path}, and a row cannot count less than nothing: "
            "leave such rows out, or make it 0."
        )
    return float(weights.sum(dtype=np.float64))
