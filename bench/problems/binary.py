"""Two classes: the label is 0 or 1, and an answer is the probability of 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.errors import DatasetError
from bench.problems.base import InvalidAnswerError, Metric, Problem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FEWEST = 10  # rows of a class


class Binary(Problem):
    """Graded by the area under the ROC curve, and by log loss in nats."""

    name = "binary"
    # The tolerances lie far below what a broken trainer loses: `bench/datasets/makers/synthetic.py` has figures.
    metrics = (
        Metric("auc", "AUC", better=1, tolerance=0.005, near=0.01, range=(0.0, 1.0), article="an"),
        Metric("log_loss", "log loss", better=-1, tolerance=0.01, near=0.01, range=(0.0, math.inf)),
    )
    chance = 0.5
    tolerance = 1e-5

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

    def columns(self) -> Mapping[str, str]:
        """Return the one column: ``score``, a probability."""
        return {"score": "f"}

    def check(self, predictions: Mapping[str, npt.NDArray[Any]]) -> None:
        """See that scores are probabilities; see `Problem.check`."""
        import numpy as np

        scores = predictions["score"]
        if not np.isfinite(scores).all():
            raise InvalidAnswerError("some scores are NaN or infinite")
        if scores.min() < 0 or scores.max() > 1:
            raise InvalidAnswerError("some scores are no probabilities: they lie outside 0 to 1")

    def learned(self, predictions: Mapping[str, npt.NDArray[Any]]) -> bool:
        """Return whether the scores differ."""
        scores = predictions["score"]
        return bool(scores.min() != scores.max())

    def grade(self, labels: npt.NDArray[Any], predictions: Mapping[str, npt.NDArray[Any]]) -> dict[str, float]:
        """Return the exact area under the ROC curve, ties counted half, and the mean of -log p(label).

        Nothing where all rows have one label.
        """
        from sklearn.metrics import roc_auc_score

        if labels.min() == labels.max():
            return {}
        scores = predictions["score"]
        values = (float(roc_auc_score(labels, scores)), _log_loss(labels, scores))
        return {metric.name: value for metric, value in zip(self.metrics, values, strict=True)}

    def told_by(self, labels: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
        """Return the area under the ROC curve of a feature as a score, or of its negative where that is larger.

        Nothing is known where a class has few rows: one of many features can be as good by chance.
        """
        import numpy as np
        from sklearn.metrics import roc_auc_score

        if min(np.sum(labels == 0), np.sum(labels == 1)) < FEWEST:
            return 0.0
        area = float(roc_auc_score(labels, values))
        return max(area, 1 - area)

    def opposite(self, grade: float) -> float:
        """Return the area on the other side of the curve."""
        return 1 - grade


def _log_loss(labels: npt.NDArray[np.float32], scores: npt.NDArray[Any]) -> float:
    """Return the mean of -log p(label); p is kept a rounding error away from 0, where a float32 cannot be exact.

    scikit-learn's takes eight times as long, most of it to find out what is known here.
    """
    import numpy as np

    likelihood = np.where(labels == 1, scores, 1 - scores).astype(np.float64)
    return float(-np.log(np.maximum(likelihood, np.finfo(np.float32).eps)).mean())


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
