"""Makes a dataset of rows in their final order: both splits, the statistics, the manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.fingerprint import Fingerprint
from bench.datasets.format.manifest import SPLITS, Manifest, write_manifest
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.summary import SplitSummary
from bench.datasets.makers.writer import SplitWriter, group_sizes
from bench.errors import DatasetError
from bench.model import Dataset

ProgressCallback = Callable[[str, int, int], None]
"""Takes the name of a step, the rows done and all rows."""


def ignore_progress(what: str, done: int, total: int) -> None:
    """Take a report of progress and show nothing."""


def check_rows(rows: Mapping[str, int]) -> None:
    """See that no split is empty.

    Args:
        rows: Rows of each split.

    Raises:
        DatasetError: One is.
    """
    for split in SPLITS:
        if not rows[split]:
            raise DatasetError(
                f"The split {split!r} would be empty, since {sum(rows.values()):,} rows are too few or too much "
                "alike for every fifth to be kept for testing: give more rows."
            )


def fingerprint_of(layout: Layout) -> Fingerprint:
    """Return the fingerprint of no rows with these columns."""
    return Fingerprint(layout.names, layout.problem, layout.classes, layout.weight, layout.categorical)


def describe(
    name: str,
    path: str,
    layout: Layout,
    summaries: Mapping[str, SplitSummary],
    fingerprint: str,
    *,
    best: float | None = None,
    floors: Mapping[str, float] | None = None,
) -> Dataset:
    """Return a dataset of rows that were written.

    Args:
        name: Its name.
        path: Its place.
        layout: What the columns are.
        summaries: All rows of each split.
        fingerprint: Of all rows.
        best: See `Builder.finish`.
        floors: See `Builder.finish`.

    Raises:
        DatasetError: The labels of a split are all alike, a class has no row for training, or no row has a weight.
    """
    _check_weights(layout, summaries)
    for split, summary in summaries.items():
        if fault := summary.labels.fault():
            raise DatasetError(
                f"The label {layout.label!r} {fault} in the split {split!r} of {summary.rows:,} rows: give "
                "more rows, in which it differs."
            )
    train, facts = summaries["train"], summaries["train"].labels.facts()
    for place, count in enumerate(facts.get("counts", ())):
        if not count:
            raise DatasetError(
                f"No row of the class {layout.classes[place]!r} of the label {layout.label!r} is for training: "
                "give more rows of it, or leave it out."
            )
    mean, *weight = train.moments_beside.means()
    return Dataset(
        name=name,
        path=path,
        label=layout.label,
        features=layout.features,
        rows=sum(summary.rows for summary in summaries.values()),
        train_rows=train.rows,
        test_rows=summaries["test"].rows,
        means=train.moments.means(),
        stds=train.moments.stds(),
        fingerprint=fingerprint,
        problem=layout.problem,
        classes=layout.classes,
        class_shares=tuple(count / facts["rows"] for count in facts.get("counts", ())),
        label_mean=mean,
        label_std=train.moments_beside.stds()[0],
        weight=layout.weight,
        weight_mean=weight[0] if weight else 1.0,
        categorical=dict(layout.categorical),
        best=best,
        floors=dict(floors or {}),
    )


def _check_weights(layout: Layout, summaries: Mapping[str, SplitSummary]) -> None:
    weightless = [split for split, summary in summaries.items() if layout.weight and not summary.weighs()]
    if len(weightless) == len(summaries):
        raise DatasetError(f"The weight {layout.weight!r} is 0 in every row, so that no row counts: leave it out.")
    for split in weightless:
        raise DatasetError(
            f"The weight {layout.weight!r} is 0 in all {summaries[split].rows:,} rows of the split {split!r}, so "
            "that none of them counts: give more rows of another weight."
        )


class Builder:
    """Takes the rows of both splits in their final order and makes a dataset of them."""

    def __init__(
        self,
        directory: Path,
        layout: Layout,
        rows: Mapping[str, int],
        files: int = 1,
        group_rows: int | None = None,
    ) -> None:
        """Plan the files.

        Args:
            directory: An empty directory, the dataset's.
            layout: What the columns are.
            rows: Rows of each split.
            files: Files of the train split; the test split gets a fourth as many.
            group_rows: Most rows of a row group; see `group_count` for the default.

        Raises:
            DatasetError: A split would be empty.
            UsageError: There are more files than rows.
        """
        check_rows(rows)
        self._directory, self._layout = directory, layout
        self._fingerprint = fingerprint_of(layout)
        self._next = 0
        shares = {"train": files, "test": -(-files // 4)}
        sizes = {split: group_sizes(rows[split], shares[split], group_rows) for split in SPLITS}
        self._writers = {split: SplitWriter(directory, split, layout, sizes[split]) for split in SPLITS}

    def write(self, test: NDArray[np.bool_], columns: NDArray[np.float32]) -> None:
        """Append rows; they are numbered from 0 over both splits.

        Args:
            test: Which rows belong to the test split: bool of shape (rows,).
            columns: Those of `Layout.names`, all finite: float32 of shape (columns, rows).
        """
        row_ids = np.arange(self._next, self._next + len(test), dtype=np.int64)
        self._next += len(test)
        for split, chosen in zip(SPLITS, (~test, test), strict=True):
            self._writers[split].write(row_ids[chosen], columns[:, chosen], self._fingerprint)

    def finish(
        self,
        name: str,
        *,
        best: float | None = None,
        floors: Mapping[str, float] | None = None,
        raw: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        """Write the manifest; to be called after the last row.

        Args:
            name: Name of the dataset.
            best: The best possible grade by the problem's first metric, if it is known.
            floors: The grade by the first metric that every correct strategy of a family reaches, by family.
            raw: The raw tables that pipelines make these rows of; see `bench.model.Dataset`.
            **facts: Further fields of the manifest.

        Raises:
            DatasetError: The labels of a split are all alike, a class has no row for training, or no row of a split
                counts.
        """
        summaries = {split: writer.summary for split, writer in self._writers.items()}
        found = (name, str(self._directory), self._layout, summaries, self._fingerprint.hexdigest())
        dataset = replace(describe(*found, best=best, floors=floors), raw=dict(raw or {}))
        files = tuple(file for split in SPLITS for file in self._writers[split].files())
        labels = {split: summary.labels.facts() for split, summary in summaries.items()}
        write_manifest(Manifest(dataset, files, labels, **facts), self._directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            # After an error, such as a full disk, a second one on closing says nothing new.
            with suppress(OSError):
                writer.close()
