"""Makes a dataset of a user's own Parquet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format import manifest as manifests
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import ProgressCallback, ignore_progress
from bench.datasets.makers.categories import CODES, category_rule
from bench.datasets.makers.columns import ColumnChoice, choose_columns
from bench.datasets.makers.encode import encode
from bench.datasets.makers.features import Encoding, FeatureSurvey
from bench.datasets.makers.label_rule import label_rule
from bench.datasets.makers.labels import LabelRule, LabelValues
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.patterns import fixed_part
from bench.datasets.makers.shuffled import Portion, build_shuffled
from bench.datasets.makers.source import ParquetSource, open_source
from bench.datasets.makers.times import checked_parts
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
    timestamps, strings = checked_parts(timestamps), category_rule(categories)
    with stage_dataset(name, force=force) as directory:
        source = open_source(path, storage)
        columns = choose_columns(source.schema, label, features, source.index, weight, timestamps=timestamps)
        seen, encoding = _survey(source, columns, FeatureSurvey(columns, strings), progress)
        rule = label_rule(seen, kind, positive)
        layout = Layout(
            columns.names[label],
            tuple(feature.name for feature in encoding.features),
            rule.problem,
            rule.classes,
            columns.names.get(weight, ""),
            encoding.categorical,
        )
        losses: dict[str, int] = {}  # filled while the rows are read, which is before the manifest is written
        portions = _portions(source, columns, rule, encoding, losses)
        guess = {"guess": rule.guess} if rule.guess else {}
        build_shuffled(
            directory,
            name,
            layout,
            portions,
            source.rows,
            progress,
            categories=encoding.categories,
            source=_provenance(path, storage, columns) | guess | encoding.provenance() | {"rounded": losses},
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
    source: ParquetSource, columns: ColumnChoice, survey: FeatureSurvey, progress: ProgressCallback
) -> tuple[LabelValues, Encoding]:
    """Return the label's values, and how columns become features, after a look at what must be known of all rows."""
    label = LabelValues(columns.label, source.schema.field(columns.label).type)
    done = 0
    for path, batch in source.batches([columns.label, *survey.columns]):
        label.add(batch[columns.label], path)
        survey.add(batch)
        done += len(batch)
        progress("reading labels, strings and times", done, source.rows)
    return label, survey.encoding()


def _portions(
    source: ParquetSource, columns: ColumnChoice, rule: LabelRule, encoding: Encoding, losses: dict[str, int]
) -> Iterator[Portion]:
    """Yield the rows, and count the values that float32 does not keep, by feature."""
    problem, total = PROBLEMS[rule.problem], 0.0
    weight = [columns.weight] if columns.weight else []
    for path, batch in source.batches([columns.label, *weight, *encoding.columns]):
        if not len(batch):
            continue
        labels, features = rule.codes(batch[columns.label]), encoding.values(batch)
        problem.check_labels(labels, columns.label, path)
        beside = [labels, *(encode(batch[name]) for name in weight)]
        if weight:
            total += _sum_weights(beside[1], columns.weight, path)
        for at in np.flatnonzero(np.isinf(features).any(axis=1)):
            raise DatasetError(
                f"The column {encoding.features[at].column!r} holds infinities, or numbers beyond the 3.4e38 of "
                f"float32, in {path}: replace them with nulls or smaller numbers, or leave the column out with "
                "--features."
            )
        for feature, count in encoding.rounded(batch, features).items():
            losses[feature] = losses.get(feature, 0) + count
        yield np.concatenate([beside, features]), None
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
