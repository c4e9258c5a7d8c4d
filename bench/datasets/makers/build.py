"""Makes a dataset of rows in their final order: both splits, the statistics, the manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.fingerprint import Fingerprint
from bench.datasets.format.manifest import SPLITS, Manifest, write_manifest
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.writer import SplitWriter
from bench.errors import DatasetError
from bench.model import Dataset

ProgressCallback = Callable[[str, int, int], None]
"""Takes the name of a step, the rows done and all rows."""


def ignore_progress(what: str, done: int, total: int) -> None:
    """Take a report of progress and show nothing."""


class Builder:
    """Takes the rows of both splits in their final order and makes a dataset of them."""

    def __init__(self, directory: Path, layout: Layout, rows: Mapping[str, int], files: int = 1) -> None:
        """Plan the files.

        Args:
            directory: An empty directory, the dataset's.
            layout: What the columns are.
            rows: Rows of each split.
            files: Files of the train split; the test split gets a fourth as many.

        Raises:
            DatasetError: A split would be empty.
            UsageError: There are more files than rows.
        """
        for split in SPLITS:
            if not rows[split]:
                raise DatasetError(
                    f"The split {split!r} would be empty, since {sum(rows.values()):,} rows are too few or too much "
                    "alike for every fifth to be kept for testing: give more rows."
                )
        self._directory, self._layout = directory, layout
        self._fingerprint = Fingerprint(layout.names, layout.problem, layout.classes, layout.weight, layout.categorical)
        self._rows, self._next = dict(rows), 0
        self._weightless = set(SPLITS) if layout.weight else set()
        shares = {"train": files, "test": -(-files // 4)}
        self._writers = {split: SplitWriter(directory, split, layout, rows[split], shares[split]) for split in SPLITS}

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
            if split in self._weightless and columns[1, chosen].any():
                self._weightless.remove(split)

    def finish(
        self, name: str, *, best: float | None = None, floors: Mapping[str, float] | None = None, **facts: Any
    ) -> None:
        """Write the manifest; to be called after the last row.

        Args:
            name: Name of the dataset.
            best: The best possible grade by the problem's first metric, if it is known.
            floors: The grade by the first metric that every correct strategy of a family reaches, by family.
            **facts: Further fields of the manifest.

        Raises:
            DatasetError: The labels of a split are all alike, a class has no row for training, or no row of a split
                counts.
        """
        for split in self._weightless:
            raise DatasetError(
                f"The weight {self._layout.weight!r} is 0 in all {self._rows[split]:,} rows of the split {split!r}, so "
                "that none of them counts: give more rows of another weight."
            )
        layout, train = self._layout, self._writers["train"]
        for split, writer in self._writers.items():
            if fault := writer.labels.fault():
                raise DatasetError(
                    f"The label {layout.label!r} {fault} in the split {split!r} of {self._rows[split]:,} rows: give "
                    "more rows, in which it differs."
                )
        labels = {split: writer.labels.facts() for split, writer in self._writers.items()}
        for place, count in enumerate(labels["train"].get("counts", ())):
            if not count:
                raise DatasetError(
                    f"No row of the class {layout.classes[place]!r} of the label {layout.label!r} is for training: "
                    "give more rows of it, or leave it out."
                )
        mean, *weight = train.moments_beside.means()
        dataset = Dataset(
            name=name,
            path=str(self._directory),
            label=layout.label,
            features=layout.features,
            rows=sum(self._rows.values()),
            train_rows=self._rows["train"],
            test_rows=self._rows["test"],
            means=train.moments.means(),
            stds=train.moments.stds(),
            fingerprint=self._fingerprint.hexdigest(),
            problem=layout.problem,
            classes=layout.classes,
            class_shares=tuple(count / labels["train"]["rows"] for count in labels["train"].get("counts", ())),
            label_mean=mean,
            label_std=train.moments_beside.stds()[0],
            weight=layout.weight,
            weight_mean=weight[0] if weight else 1.0,
            categorical=dict(layout.categorical),
            best=best,
            floors=dict(floors or {}),
        )
        files = tuple(file for split in SPLITS for file in self._writers[split].files())
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
