"""What a manifest says of the rows of a split: what the labels are like, and the moments of every column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.makers.layout import Layout
from bench.datasets.makers.statistics import Moments
from bench.problems import PROBLEMS


class SplitSummary:
    """Takes the rows of a split in their order, in portions; those of parts of the split can be merged.

    Attributes:
        rows: Rows so far.
        labels: What the labels are like.
        moments_beside: Moments of the label and, where there is one, of the weight.
        moments: Moments of the features.
    """

    def __init__(self, layout: Layout) -> None:
        """Start with no rows.

        Args:
            layout: What the columns are.
        """
        self._beside, self.rows = layout.beside, 0
        self.labels = PROBLEMS[layout.problem].tally(len(layout.classes))
        self.moments_beside, self.moments = Moments(layout.beside), Moments(len(layout.features))

    def add(self, columns: NDArray[np.float32]) -> None:
        """Take rows, those of `Layout.names` column by column: float32 of shape (columns, rows)."""
        self.rows += columns.shape[1]
        self.labels.add(columns[0])
        self.moments_beside.add(columns[: self._beside])
        self.moments.add(columns[self._beside :])

    def weighs(self) -> bool:
        """Return whether a row has a weight above 0; to be asked only where there are weights."""
        return self.moments_beside.means()[1] > 0

    def as_json(self, before: int) -> dict[str, Any]:
        """Return what `merge` takes, fit for JSON.

        Args:
            before: Rows of the split that come before the first of these.
        """
        return {
            "rows": self.rows,
            "labels": self.labels.as_json(before),
            "moments_beside": self.moments_beside.as_json(),
            "moments": self.moments.as_json(),
        }

    def merge(self, other: dict[str, Any]) -> None:
        """Take the rows of the part that follows, out of its `as_json`."""
        self.rows += other["rows"]
        self.labels.merge(other["labels"])
        self.moments_beside.merge(other["moments_beside"])
        self.moments.merge(other["moments"])
