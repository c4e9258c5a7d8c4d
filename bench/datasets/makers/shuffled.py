"""Makes a dataset of rows in any order, with missing values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.hashing import hash_rows
from bench.datasets.makers.build import Builder, ProgressCallback, ignore_progress
from bench.datasets.makers.shuffle import Shuffle
from bench.datasets.makers.statistics import ExactMeans
from bench.errors import DatasetError

Portion = tuple[NDArray[np.float32], NDArray[np.bool_] | None]
"""Label and features, float32 of shape (1 + features, rows), NaN where missing; and the rows for testing, if marked."""


def build_shuffled(
    directory: Path,
    name: str,
    label: str,
    features: Sequence[str],
    portions: Iterable[Portion],
    rows: int,
    progress: ProgressCallback = ignore_progress,
    **facts: Any,
) -> None:
    """Shuffle rows by their content, fill in missing values with the train mean, and write them.

    Args:
        directory: An empty directory, the dataset's.
        name: Name of the dataset.
        label: Name of the label column.
        features: Names of the feature columns.
        portions: The rows; where a portion does not say which rows are for testing, every fifth is,
            by a hash of its features, so that no two rows of equal features are parted.
        rows: Number of rows.
        progress: Called with the name of a step, the rows done and all rows.
        **facts: Further fields of the manifest.

    Raises:
        DatasetError: A split would be empty or hold one class only, or a feature has no value in
            the train split.
    """
    waiting = directory / "waiting"
    waiting.mkdir()
    with Shuffle(waiting, 1 + len(features), rows) as shuffle:
        missing, counts = _receive(shuffle, portions, rows, progress)
        with Builder(directory, label, features, counts) as builder:
            means = _train_means(shuffle, features, missing > 0)
            written = 0
            for records in shuffle.sorted():
                values = records["values"]
                np.copyto(values, means, where=np.isnan(values))
                builder.write(records["test"] != 0, values.T)
                written += len(records)
                progress("writing", written, sum(counts.values()))
            waiting.rmdir()
            imputed = {feature: int(count) for feature, count in zip(features, missing, strict=True) if count}
            builder.finish(name, imputed=imputed, **facts)


def _receive(
    shuffle: Shuffle, portions: Iterable[Portion], rows: int, progress: ProgressCallback
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Return the missing values of each feature and the rows of each split."""
    missing, tests, done = np.zeros(shuffle.columns - 1, np.int64), 0, 0
    for columns, test in portions:
        keys, test = _keys(columns, test)
        shuffle.add(keys, test, columns)
        missing += np.isnan(columns[1:]).sum(axis=1)
        tests, done = tests + int(test.sum()), done + len(test)
        progress("reading", done, rows)
    return missing, {"train": done - tests, "test": tests}


def _keys(columns: NDArray[np.float32], test: NDArray[np.bool_] | None) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    columns[np.isnan(columns)] = np.nan
    columns += 0.0
    low, high = hash_rows(columns[1:])
    # The label takes the lowest bit, so that rows of equal features and labels, and no others, have equal keys.
    keys = (low & ~np.uint64(1)) | columns[0].astype(np.uint64)
    return keys, high % np.uint64(5) == 0 if test is None else test


def _train_means(shuffle: Shuffle, features: Sequence[str], wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the mean of each wanted feature, with the label's place first: float32 of shape (1 + features,)."""
    means = np.zeros(1 + len(features), np.float32)
    if not wanted.any():
        return means
    places = 1 + np.flatnonzero(wanted)
    exact = ExactMeans(len(places))
    for records in shuffle.unsorted():
        exact.add(np.ascontiguousarray(records["values"][records["test"] == 0][:, places].T))
    means[places] = exact.means()
    for place in places[np.isnan(means[places])]:
        raise DatasetError(
            f"The column {features[place - 1]!r} has no value in any row for training: leave it out with --features."
        )
    return means
