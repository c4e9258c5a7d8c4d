"""Some classes: the label is the code of one, and an answer is the probability of each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import DatasetError
from bench.problems.base import InvalidAnswerError, Problem
from bench.problems.graders import MulticlassGrader
from bench.problems.labels import Counts, Tally
from bench.problems.likelihood import mean_surprise, weighted_mean
from bench.problems.metrics import Metric
from bench.problems.ranking import areas

if TYPE_CHECKING:
    import numpy.typing as npt

    from bench.model import Dataset

SUM_TOLERANCE = 1e-4  # of a row's probabilities, which are sums of float32
FEWEST = 10  # rows of a class, on average, for a feature to tell it by more than chance
MARGIN = 0.1  # nats, beyond what is lost by trees that learned labels without any sense


class Multiclass(Problem):
    """Graded by log loss in nats, accuracy, the mean recall of classes, and the mean area under their ROC curves."""

    name = "multiclass"
    metrics = (
        Metric("log_loss", "log loss", better=-1, tolerance=0.01, near=0.01, range=(0.0, math.inf)),
        Metric("accuracy", "accuracy", better=1, tolerance=0.01, near=0.01, range=(0.0, 1.0), article="an"),
        Metric("balanced_accuracy", "balanced accuracy", better=1, tolerance=0.02, near=0.02, range=(0.0, 1.0)),
        Metric("macro_auc", "macro AUC", better=1, tolerance=0.005, near=0.01, range=(0.0, 1.0)),
    )
    chance = None
    tolerance = 1e-5
    telling = "{:.2%} of its neighbours are of one class"

    def check_labels(self, labels: npt.NDArray[Any], column: str, path: str) -> None:
        """See that labels are codes of classes; see `Problem.check_labels`."""
        import numpy as np

        if np.isnan(labels).any():
            raise DatasetError(
                f"The label {column!r} has missing values in {path}: leave out the rows without a label."
            )
        wrong = labels[(labels < 0) | (labels != np.floor(labels))]
        if len(wrong):
            raise DatasetError(
                f"The label {column!r} holds {wrong[0]:g} in {path}, and a class is a whole number from 0: make it a "
                "whole number or a string first."
            )

    def tally(self, classes: int) -> Tally:
        """Return an empty count of each class."""
        return Counts(classes)

    def width(self, dataset: Dataset) -> int:
        """Return the number of classes."""
        return len(dataset.classes)

    def check(self, predictions: Mapping[str, npt.NDArray[Any]]) -> None:
        """See that rows are probabilities that sum to 1; see `Problem.check`."""
        import numpy as np

        scores = predictions["score"]
        # Sums and extremes hold no array of all values.
        if not np.isfinite([scores.min(), scores.max()]).all():
            raise InvalidAnswerError("some scores are NaN or infinite")
        if scores.min() < 0 or scores.max() > 1 + SUM_TOLERANCE:
            raise InvalidAnswerError("some scores are no probabilities: they lie outside 0 to 1")
        sums = scores.sum(axis=1, dtype=np.float64)
        if np.abs(sums - 1).max() > SUM_TOLERANCE:
            wrong = sums[np.abs(sums - 1).argmax()]
            raise InvalidAnswerError(f"the probabilities of some rows sum to {wrong:.4g} instead of 1")

    def grade(
        self,
        labels: npt.NDArray[Any],
        predictions: Mapping[str, npt.NDArray[Any]],
        weights: npt.NDArray[Any] | None = None,
    ) -> dict[str, float]:
        """Return the grades as scikit-learn defines them; classes that no row is of count in no mean.

        Nothing where all rows are of one class.
        """
        import numpy as np

        scores, codes = predictions["score"], labels.astype(np.int64)
        counted = slice(None) if weights is None else weights > 0
        present = np.unique(codes[counted])
        if len(present) < 2:
            return {}
        right = scores.argmax(axis=1) == codes
        recalls, roc = [], []
        for code in present:
            of_class = codes == code
            recalls.append(
                weighted_mean(right[of_class].astype(np.float64), None if weights is None else weights[of_class])
            )
            found = areas(of_class, scores[:, code], weights)
            roc.append(found.roc if found else math.nan)
        values = (
            mean_surprise(scores[np.arange(len(codes)), codes], weights),
            weighted_mean(right.astype(np.float64), weights),
            float(np.mean(recalls)),
            float(np.mean(roc)),
        )
        return {metric.name: value for metric, value in zip(self.metrics, values, strict=True)}

    def grader(self, dataset: Dataset, directory: Path) -> MulticlassGrader:
        """Return what grades part by part; see `Problem.grader`."""
        return MulticlassGrader(self.metrics, self.width(dataset), directory)

    def worst(
        self, dataset: Dataset, labels: npt.NDArray[Any], weights: npt.NDArray[Any] | None = None
    ) -> float | None:
        """Return the log loss of the train split's shares of classes as everybody's probabilities, and a margin."""
        import numpy as np

        shares = np.array(dataset.class_shares)
        return mean_surprise(shares[labels.astype(np.int64)], weights) + MARGIN

    def told_by(self, labels: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
        """Return how seldom the class changes in the order of a feature: 1 where it does so once for each class.

        It is 0 where it changes as often as in any order, and nothing is known where there are few rows for each class.
        """
        import numpy as np

        counts = np.unique(labels, return_counts=True)[1]
        if len(labels) < FEWEST * len(counts) or len(counts) < 2:
            return 0.0
        ordered = labels[np.argsort(values, kind="stable")]
        changes = int((ordered[1:] != ordered[:-1]).sum()) - (len(counts) - 1)
        by_chance = len(labels) * (1 - float(np.square(counts / len(labels)).sum()))
        return min(max(1 - changes / by_chance, 0.0), 1.0)


MULTICLASS = Multiclass()
