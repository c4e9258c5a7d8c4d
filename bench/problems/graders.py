"""What grades the rows of our kinds of problem part by part; see `bench.problems.parts.Grader`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.problems.base import InvalidAnswerError
from bench.problems.likelihood import surprises
from bench.problems.metrics import Metric
from bench.problems.parts import WeightedSums
from bench.problems.ranking_on_disk import RankingOnDisk

if TYPE_CHECKING:
    import numpy.typing as npt


Scores = Mapping[str, "npt.NDArray[Any]"]


class BinaryGrader:
    """Grades as `bench.problems.binary.Binary.grade` does."""

    def __init__(self, metrics: Sequence[Metric], directory: Path) -> None:
        """Start with no rows.

        Args:
            metrics: Those of the problem.
            directory: An empty directory.
        """
        self._metrics, self._ranking, self._sums = metrics, RankingOnDisk(directory / "scores"), WeightedSums(2)

    def add(self, labels: npt.NDArray[Any], predictions: Scores, weights: npt.NDArray[Any] | None) -> None:
        """Take rows."""
        import numpy as np

        scores, positive = predictions["score"], labels == 1
        self._ranking.add(positive, scores, weights)
        self._sums.add(np.stack([surprises(np.where(positive, scores, 1 - scores)), positive]), weights)

    def grades(self) -> dict[str, float]:
        """Return the grades."""
        found = self._ranking.areas()
        if found is None:
            return {}
        values = (found.roc, self._sums.means()[0], found.precision_recall)
        return {metric.name: value for metric, value in zip(self._metrics, values, strict=True)}

    def representatives(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return a row of each class, with the weight of all of its rows."""
        import numpy as np

        share = self._sums.means()[1]
        return np.array([0, 1], np.float32), self._sums.weight * np.array([1 - share, share])


class MulticlassGrader:
    """Grades as `bench.problems.multiclass.Multiclass.grade` does."""

    def __init__(self, metrics: Sequence[Metric], classes: int, directory: Path) -> None:
        """Start with no rows.

        Args:
            metrics: Those of the problem.
            classes: Number of classes.
            directory: An empty directory.
        """
        import numpy as np

        self._metrics, self._sums = metrics, WeightedSums(2)
        self._rankings = [RankingOnDisk(directory / f"class-{code}") for code in range(classes)]
        self._weight, self._right = np.zeros(classes), np.zeros(classes)

    def add(self, labels: npt.NDArray[Any], predictions: Scores, weights: npt.NDArray[Any] | None) -> None:
        """Take rows."""
        import numpy as np

        scores, codes = predictions["score"], labels.astype(np.int64)
        right = scores.argmax(axis=1) == codes
        each = np.ones(len(codes)) if weights is None else weights.astype(np.float64)
        self._weight += np.bincount(codes, each, minlength=len(self._weight))
        self._right += np.bincount(codes, each * right, minlength=len(self._weight))
        self._sums.add(np.stack([surprises(scores[np.arange(len(codes)), codes]), right]), weights)
        for code, ranking in enumerate(self._rankings):
            ranking.add(codes == code, scores[:, code], weights)

    def grades(self) -> dict[str, float]:
        """Return the grades."""
        import numpy as np

        present = np.flatnonzero(self._weight)
        if len(present) < 2:
            return {}
        found = [self._rankings[code].areas() for code in present]
        loss, accuracy = self._sums.means()
        values = (
            loss,
            accuracy,
            float(np.mean(self._right[present] / self._weight[present])),
            float(np.mean([areas.roc if areas else math.nan for areas in found])),
        )
        return {metric.name: value for metric, value in zip(self._metrics, values, strict=True)}

    def representatives(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return a row of each class, with the weight of all of its rows."""
        import numpy as np

        return np.arange(len(self._weight), dtype=np.float32), self._weight


class RegressionGrader:
    """Grades as `bench.problems.regression.Regression.grade` does."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        """Start with no rows.

        Args:
            metrics: Those of the problem.
        """
        self._metrics, self._sums = metrics, WeightedSums(2)
        self._weight = self._centre = self._squares = 0.0

    def add(self, labels: npt.NDArray[Any], predictions: Scores, weights: npt.NDArray[Any] | None) -> None:
        """Take rows; moments of the labels are combined as `bench.datasets.makers.statistics.Moments` does."""
        import numpy as np

        truth, answer = labels.astype(np.float64), predictions["score"].astype(np.float64)
        self._sums.add(np.stack([(truth - answer) ** 2, np.abs(truth - answer)]), weights)
        each = np.ones(len(truth)) if weights is None else weights.astype(np.float64)
        weight = float(each.sum())
        if not weight:
            return
        centre = float(each @ truth) / weight
        total, step = self._weight + weight, centre - self._centre
        self._squares += float(each @ (truth - centre) ** 2) + step**2 * (self._weight * weight / total)
        self._centre += step * (weight / total)
        self._weight = total

    def grades(self) -> dict[str, float]:
        """Return the grades.

        Raises:
            InvalidAnswerError: The predictions are the labels themselves.
        """
        if not self._squares:
            return {}
        squared, absolute = self._sums.means()
        if not squared:
            raise InvalidAnswerError("its predictions are the labels themselves")
        values = (math.sqrt(squared), absolute, 1 - squared / (self._squares / self._weight))
        return {metric.name: value for metric, value in zip(self._metrics, values, strict=True)}

    def representatives(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return two rows whose labels have the mean and the deviation of all."""
        import numpy as np

        deviation = math.sqrt(self._squares / self._weight)
        return np.array([self._centre - deviation, self._centre + deviation]), np.ones(2)
