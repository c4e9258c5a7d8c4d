"""Makes a dataset of rows in any order, with missing values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.hashing import hash_rows
from bench.datasets.makers.build import Builder, ProgressCallback, ignore_progress
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.shuffle import Shuffle
from bench.datasets.makers.statistics import ExactMeans
from bench.errors import DatasetError

Portion = tuple[NDArray[np.float32], NDArray[np.bool_] | None]
"""Columns of a `Layout`, float32 of shape (columns, rows), NaN where missing; and the rows for testing, if marked."""


def build_shuffled(
    directory: Path,
    name: str,
    layout: Layout,
    portions: Iterable[Portion],
    rows: int,
    progress: ProgressCallback = ignore_progress,
    *,
    files: int = 1,
    group_rows: int | None = None,
    **facts: Any,
) -> None:
    """Shuffle rows by their content, fill in missing values with the train mean, and write them.

    Args:
        directory: An empty directory, the dataset's.
        name: Name of the dataset.
        layout: What the columns are.
        portions: The rows; where a portion does not say which rows are for testing, every fifth is,
            by a hash of its features, so that no two rows of equal features are parted.
        rows: Number of rows.
        progress: Called with the name of a step, the rows done and all rows.
        files: Files of the train split.
        group_rows: Most rows of a row group; None for the default.
        **facts: Further fields of the manifest.

    Raises:
        DatasetError: A split would be empty or hold one class only, or a feature has no value in
            the train split.
    """
    waiting = directory / "waiting"
    waiting.mkdir()
    with Shuffle(waiting, len(layout.names), rows) as shuffle:
        missing, counts = _receive(shuffle, layout.beside, portions, rows, progress)
        with Builder(directory, layout, counts, files, group_rows) as builder:
            means = column_means(layout, missing > 0, lambda places: _train_means(shuffle, places))
            written = 0
            for records in shuffle.sorted():
                values = records["values"]
                np.copyto(values, means, where=np.isnan(values))
                builder.write(records["test"] != 0, values.T)
                written += len(records)
                progress("writing", written, sum(counts.values()))
            waiting.rmdir()
            imputed = {feature: int(count) for feature, count in zip(layout.features, missing, strict=True) if count}
            builder.finish(name, imputed=imputed, **facts)


def _receive(
    shuffle: Shuffle, beside: int, portions: Iterable[Portion], rows: int, progress: ProgressCallback
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Return the missing values of each feature and the rows of each split."""
    missing, tests, done = np.zeros(shuffle.columns - beside, np.int64), 0, 0
    for columns, test in portions:
        keys, test = row_keys(columns, beside, test)
        shuffle.add(keys, test, columns)
        missing += np.isnan(columns[beside:]).sum(axis=1)
        tests, done = tests + int(test.sum()), done + len(test)
        progress("reading", done, rows)
    return missing, {"train": done - tests, "test": tests}


def row_keys(
    columns: NDArray[np.float32], beside: int, test: NDArray[np.bool_] | None
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the key of each row, which decides its place in the dataset, and which rows are for testing.

    Args:
        columns: float32 of shape (columns, rows), NaN where missing; equal values get equal bits.
        beside: How many columns stand before the features.
        test: The rows for testing, if they are marked.

    Returns:
        uint64 and bool of shape (rows,).
    """
    columns[np.isnan(columns)] = np.nan
    columns += 0.0
    low, high = hash_rows(columns[beside:])
    # Rows that are equal, and no others, have equal keys: a label of 0 or 1 takes the lowest bit, whatever else stands
    # before the features changes all bits.
    two = (columns[0] == 0) | (columns[0] == 1) if beside == 1 else np.zeros(columns.shape[1], bool)
    keys = (low & ~np.uint64(1)) | (columns[0] == 1)
    keys[~two] = low[~two] ^ hash_rows(columns[:beside, ~two])[0]
    return keys, high % np.uint64(5) == 0 if test is None else test


def column_means(
    layout: Layout, wanted: NDArray[np.bool_], train_means: Callable[[NDArray[np.int64]], ExactMeans]
) -> NDArray[np.float32]:
    """Return what missing values become: the mean of each wanted feature in its column's place.

    Args:
        layout: What the columns are.
        wanted: Which features lack values: bool of shape (features,).
        train_means: Takes places of columns, and returns their means over the train split.

    Returns:
        float32 of shape (columns,), 0 where nothing is wanted.

    Raises:
        DatasetError: A feature has no value in the train split.
    """
    means = np.zeros(len(layout.names), np.float32)
    if not wanted.any():
        return means
    places = layout.beside + np.flatnonzero(wanted)
    means[places] = train_means(places).means()
    for place in places[np.isnan(means[places])]:
        raise DatasetError(
            f"The column {layout.names[place]!r} has no value in any row for training: leave it out with --features."
        )
    return means


def _train_means(shuffle: Shuffle, places: NDArray[np.int64]) -> ExactMeans:
    exact = ExactMeans(len(places))
    for records in shuffle.unsorted():
        exact.add(np.ascontiguousarray(records["values"][records["test"] == 0][:, places].T))
    return exact
