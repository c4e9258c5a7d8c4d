"""One look at all rows of a table: how many each row group has of each split, and what they are like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.fingerprint import Fingerprint
from bench.datasets.format.manifest import SPLITS
from bench.datasets.makers.build import ProgressCallback, fingerprint_of
from bench.datasets.makers.statistics import ExactMeans
from bench.datasets.makers.summary import SplitSummary
from bench.datasets.register.view import Portion, TableView

BLOCK = 512  # rows in a row whose labels are compared with all others'


@dataclass
class Scan:
    """What was seen.

    Attributes:
        files: Of each file: ``groups``, the rows of each of its row groups, of the train and of the test split;
            ``sampled``, the row groups that were sampled and the limit of each (`Piece.groups`), empty without a
            sample; ``content``, the fingerprint of its rows, in which a missing value is NaN.
        summaries: What the rows of each split are like, missing values replaced by the train mean.
        fill: The train mean of each feature.
        missing: Missing values of each feature.
        rounded: Values that float32 does not keep, by feature with any.
        clustered: Share of the label's variance that lies between stretches of rows: about 0 in a shuffled table, and 1
            in one that is sorted by its label.
    """

    files: list[dict[str, Any]]
    summaries: dict[str, SplitSummary]
    fill: NDArray[np.float32]
    missing: NDArray[np.int64]
    rounded: dict[str, int]
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
    files: list[dict[str, Any]] = []
    losses: dict[str, int] = {}
    nothing = np.zeros(len(layout.features), np.float32)
    for parts in _parts(view, files, progress, "looking at rows", losses):
        for part in parts:
            missing += np.isnan(part[layout.beside :]).sum(axis=1)
        means.add(parts[0][layout.beside :])
        blocks.add(parts[0][0])
        _add(parts, layout.beside, nothing, summaries)
    fill = means.means()
    if missing.any():
        summaries = {split: SplitSummary(layout) for split in SPLITS}
        for parts in _parts(view, [], progress, "filling in missing values"):
            _add(parts, layout.beside, fill, summaries)
    return Scan(files, summaries, fill, missing, losses, blocks.share())


def contents(view: TableView, progress: ProgressCallback) -> list[dict[str, Any]]:
    """Read all rows once, and return what each file holds, as `Scan.files` has it.

    Args:
        view: The table.
        progress: Called with the name of a step, the rows done and all rows.
    """
    files: list[dict[str, Any]] = []
    for _ in _parts(view, files, progress, "reading all rows"):
        pass
    return files


def _parts(
    view: TableView,
    files: list[dict[str, Any]],
    progress: ProgressCallback,
    step: str,
    losses: dict[str, int] | None = None,
) -> Iterator[list[NDArray[np.float32]]]:
    """Yield the values of all rows, portion by portion, those of each split; and note what each file holds."""
    done = 0
    for path, piece in view.pieces.items():
        content = fingerprint_of(view.plan.layout)
        groups = [[0, 0] for _ in piece.sizes]
        for group in piece.group_rows():
            for portion in view.portions(path, group, losses):
                parts = _split(portion, content)
                for side, part in enumerate(parts):
                    groups[group][side] += part.shape[1]
                done += len(portion.row_ids)
                progress(step, done, view.source.rows)
                yield parts
        sampled = [] if piece.groups is None else [list(one) for one in piece.groups.items()]
        files.append({"groups": groups, "sampled": sampled, "content": content.hexdigest()})


def _split(portion: Portion, content: Fingerprint) -> list[NDArray[np.float32]]:
    parts = []
    for side, split in enumerate(SPLITS):
        mine = portion.sides == side
        parts.append(portion.values[:, mine])
        content.add(split, portion.row_ids[mine], parts[-1])
    return parts


def _add(
    parts: list[NDArray[np.float32]], beside: int, fill: NDArray[np.float32], summaries: dict[str, SplitSummary]
) -> None:
    for split, values in zip(SPLITS, parts, strict=True):
        features = values[beside:]
        np.copyto(features, fill[:, None], where=np.isnan(features))
        if values.shape[1]:
            summaries[split].add(values)


@dataclass
class _Blocks:
    """Takes labels in their order, and compares stretches of them; all sums are of differences to the first stretch."""

    _held: list[NDArray[np.float32]] = field(default_factory=list)
    _waiting: int = 0
    _origin: float | None = None
    _rows: int = 0
    _sum: float = 0.0
    _squares: float = 0.0
    _between: float = 0.0  # the square of each stretch's sum by its rows

    def add(self, labels: NDArray[np.float32]) -> None:
        self._held.append(labels)
        self._waiting += len(labels)
        if self._waiting >= BLOCK:
            self._close()

    def _close(self) -> None:
        labels = np.concatenate(self._held).astype(np.float64)
        self._held, self._waiting = [], 0
        for start in range(0, len(labels), BLOCK):
            part = labels[start : start + BLOCK]
            self._origin = float(part.mean()) if self._origin is None else self._origin
            part = part - self._origin
            self._rows += len(part)
            self._sum += float(part.sum())
            self._squares += float(np.square(part).sum())
            self._between += float(part.sum()) ** 2 / len(part)

    def share(self) -> float:
        if self._waiting:
            self._close()
        offset = self._sum**2 / self._rows if self._rows else 0.0
        total = self._squares - offset
        return round((self._between - offset) / total, 4) if total > 0 else 0.0
