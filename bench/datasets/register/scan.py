"""One look at all rows of a table: how many each row group has of each split, and what they are like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.manifest import SPLITS
from bench.datasets.makers.build import ProgressCallback
from bench.datasets.makers.statistics import ExactMeans
from bench.datasets.makers.summary import SplitSummary
from bench.datasets.register.table import Portion, TableView

BLOCK = 512  # rows in a row whose labels are compared with all others'


@dataclass
class Scan:
    """What was seen.

    Attributes:
        groups: For each file the rows of each of its row groups, of the train and of the test split.
        summaries: What the rows of each split are like, missing values replaced by the train mean.
        fill: The train mean of each feature.
        missing: Missing values of each feature.
        clustered: Share of the label's variance that lies between stretches of rows: about 0 in a shuffled table, and 1
            in one that is sorted by its label.
    """

    groups: list[list[tuple[int, int]]]
    summaries: dict[str, SplitSummary]
    fill: NDArray[np.float32]
    missing: NDArray[np.int64]
    clustered: float


def scan(view: TableView, progress: ProgressCallback) -> Scan:
    """Read all rows once; twice where values are missing.

    Args:
        view: The table.
        progress: Called with the name of a step, the rows done and all rows.
    """
    layout = view.plan.layout
    means, missing, blocks = ExactMeans(len(layout.features)), np.zeros(len(layout.features), np.int64), _Blocks()
    summaries = {split: SplitSummary(layout) for split in SPLITS}
    groups: list[list[tuple[int, int]]] = []
    nothing = np.zeros(len(layout.features), np.float32)
    for portion in _portions(view, groups, progress, "looking at rows"):
        _add(portion, layout.beside, nothing, summaries)
        for side, _ in enumerate(SPLITS):
            features = portion.values[layout.beside :, portion.sides == side]
            missing += np.isnan(features).sum(axis=1)
        train = portion.values[:, portion.sides == 0]
        means.add(train[layout.beside :])
        blocks.add(train[0])
    fill = means.means()
    if missing.any():
        summaries = {split: SplitSummary(layout) for split in SPLITS}
        for portion in _portions(view, [], progress, "filling in missing values"):
            _add(portion, layout.beside, fill, summaries)
    return Scan(groups, summaries, fill, missing, blocks.share())


def _portions(view: TableView, groups: list[Any], progress: ProgressCallback, step: str) -> Any:
    """Yield all portions, and note the rows of each row group."""
    done = 0
    for _, path, sizes in view.pieces:
        of_file: list[tuple[int, int]] = []
        for group in range(len(sizes)):
            counts = [0, 0]
            for portion in view.portions(path, group):
                for side in range(len(SPLITS)):
                    counts[side] += int((portion.sides == side).sum())
                done += len(portion.row_ids)
                progress(step, done, view.source.rows)
                yield portion
            of_file.append((counts[0], counts[1]))
        groups.append(of_file)


def _add(portion: Portion, beside: int, fill: NDArray[np.float32], summaries: dict[str, SplitSummary]) -> None:
    for side, split in enumerate(SPLITS):
        values = portion.values[:, portion.sides == side]
        features = values[beside:]
        np.copyto(features, fill[:, None], where=np.isnan(features))
        if values.shape[1]:
            summaries[split].add(values)


@dataclass
class _Blocks:
    """Takes labels in their order, and compares stretches of them."""

    _held: list[NDArray[np.float32]] = field(default_factory=list)
    _rows: int = 0
    _sums: list[tuple[int, float, float]] = field(default_factory=list)  # rows, sum and sum of squares of a stretch

    def add(self, labels: NDArray[np.float32]) -> None:
        self._held.append(labels)
        self._rows += len(labels)
        if self._rows >= BLOCK:
            self._close()

    def _close(self) -> None:
        labels = np.concatenate(self._held).astype(np.float64)
        for start in range(0, len(labels), BLOCK):
            part = labels[start : start + BLOCK]
            self._sums.append((len(part), float(part.sum()), float(np.square(part).sum())))
        self._held, self._rows = [], 0

    def share(self) -> float:
        if self._rows:
            self._close()
        if not self._sums:
            return 0.0
        rows, sums, squares = (np.array(values) for values in zip(*self._sums, strict=True))
        mean = sums.sum() / rows.sum()
        total = squares.sum() / rows.sum() - mean**2
        between = float(rows @ (sums / rows - mean) ** 2 / rows.sum())
        return round(between / total, 4) if total > 0 else 0.0
