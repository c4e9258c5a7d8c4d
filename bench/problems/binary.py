"""Two classes: the label is 0 or 1, and an answer is the probability of 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import DatasetError
from bench.problems.base import InvalidAnswerError, Problem
from bench.problems.graders import BinaryGrader
from bench.problems.labels import Counts, Tally
from bench.problems.likelihood import mean_surprise
from bench.problems.metrics import Metric
from bench.problems.ranking import areas

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from bench.model import Dataset

FEWEST = 10  # rows of a class


class Binary(Problem):
    """Graded by the area under the ROC curve, log loss in nats and, for rare positives, average precision."""

    name = "binary"
    # The tolerances lie far below what a broken trainer loses: `bench/datasets/makers/synthetic.py` has figures.
    metrics = (
        Metric("auc", "AUC", better=1, tolerance=0.005, near=0.01, range=(0.0, 1.0), article="an"),
        Metric("log_loss", "log loss", better=-1, tolerance=0.01, near=0.01, range=(0.0, math.inf)),
        Metric("average_precision", "average precision", better=1, tolerance=0.01, near=0.01, range=(0.0, 1.0)),
    )
    chance = 0.5
    tolerance = 1e-5
    telling = "it orders {:.2%} of the pairs"

    def check_labels(self, labels: npt.NDArray[Any], column: str, path: str) -> None:
        """See that labels are 0 or 1; see `Problem.check_labels`."""
        import numpy as np

        if np.isnan(labels).any():
            raise DatasetError(
                f"The label {column!r} has missing values in {path}: leave out the rows without a label."
            )
        wrong = labels[(labels != 0) & (labels != 1)]
        if len(wrong):
            raise DatasetError(
                f"The label {column!r} holds {wrong[0]:g} in {path}, and a label is 0 or 1: make it boolean first."
            )

    def tally(self, classes: int) -> Tally:
        """Return an empty count of both classes."""
        del classes
        return Counts(2)

    def check(self, predictions: Mapping[str, npt.NDArray[Any]]) -> None:
        """See that scores are probabilities; see `Problem.check`."""
        import numpy as np

        scores = predictions["score"]
        if not np.isfinite(scores).all():
            raise InvalidAnswerError("some scores are NaN or infinite")
        if scores.min() < 0 or scores.max() > 1:
            raise InvalidAnswerError("some scores are no probabilities: they lie outside 0 to 1")

    def grade(
        self,
        labels: npt.NDArray[Any],
        predictions: Mapping[str, npt.NDArray[Any]],
        weights: npt.NDArray[Any] | None = None,
    ) -> dict[str, float]:
        """Return the exact area under the ROC curve, the mean of -log p(label), and average precision.

        Nothing where all rows have one label.
        """
        import numpy as np

        scores = predictions["score"]
        found = areas(labels == 1, scores, weights)
        if found is None:
            return {}
        loss = mean_surprise(np.where(labels == 1, scores, 1 - scores), weights)
        values = (found.roc, loss, found.precision_recall)
        return {metric.name: value for metric, value in zip(self.metrics, values, strict=True)}

    def grader(self, dataset: Dataset, directory: Path) -> BinaryGrader:
        """Return what grades part by part; see `Problem.grader`."""
        del dataset
        return BinaryGrader(self.metrics, directory)

    def told_by(self, labels: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
        """Return the area under the ROC curve of a feature as a score, or of its negative where that is larger.

        Nothing is known where a class has few rows: one of many features can be as good by chance.
        """
        positive = labels == 1
        found = areas(positive, values)
        if found is None or min(positive.sum(), (~positive).sum()) < FEWEST:
            return 0.0
        return max(found.roc, 1 - found.roc)

    def opposite(self, grade: float) -> float:
        """Return the area on the other side of the curve."""
        return 1 - grade


class BestGrade:
    """AUC of the true probabilities as scores, in expectation over the labels of the rows that came.

    A row of probability p counts as p of a positive and 1 - p of a negative.
    """

    _BINS = 2**17  # of the true probabilities: the error is far below 1e-6

    def __init__(self) -> None:
        import numpy as np

        self._positive, self._negative = np.zeros(self._BINS), np.zeros(self._BINS)

    def add(self, probabilities: npt.NDArray[np.float64]) -> None:
        """Count rows.

        Args:
            probabilities: True probabilities of label 1, float64 of shape (rows,).
        """
        import numpy as np

        bins = np.minimum((probabilities * self._BINS).astype(np.int64), self._BINS - 1)
        self._positive += np.bincount(bins, probabilities, self._BINS)
        self._negative += np.bincount(bins, 1 - probabilities, self._BINS)

    def value(self) -> float:
        """Return the area under the ROC curve."""
        import numpy as np

        below = np.cumsum(self._negative) - self._negative / 2
        return float(self._positive @ below / (self._positive.sum() * self._negative.sum()))


BINARY = Binary()
