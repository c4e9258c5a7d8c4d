"""A number: the label is one, and an answer is another, as near to it as can be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import DatasetError
from bench.problems.base import InvalidAnswerError, Problem
from bench.problems.graders import RegressionGrader
from bench.problems.likelihood import weighted_mean
from bench.problems.metrics import Metric

if TYPE_CHECKING:
    import numpy.typing as npt

    from bench.model import Dataset

ROUNDINGS = 1e-6  # about eight times what float32 rounds a number to
MARGIN = 1.05  # times the error of the mean: more than is lost by trees that learned labels without any sense


class Regression(Problem):
    """Graded by the root of the mean squared error, the mean absolute error, and the share of variance explained."""

    name = "regression"
    metrics = (
        Metric(
            "rmse", "RMSE", better=-1, tolerance=0.01, near=0.01, range=(0.0, math.inf), article="an", relative=True
        ),
        Metric("mae", "MAE", better=-1, tolerance=0.02, near=0.02, range=(0.0, math.inf), article="an", relative=True),
        Metric("r2", "R²", better=1, tolerance=0.01, near=0.01, range=(-math.inf, 1.0), article="an"),
    )
    chance = None
    tolerance = 1e-5
    telling = "it explains {:.2%} of the variance"

    def check_labels(self, labels: npt.NDArray[Any], column: str, path: str) -> None:
        """See that labels are numbers; see `Problem.check_labels`."""
        import numpy as np

        if np.isnan(labels).any():
            raise DatasetError(
                f"The label {column!r} has missing values in {path}: leave out the rows without a label."
            )
        if np.isinf(labels).any():
            raise DatasetError(
                f"The label {column!r} holds infinities, or numbers beyond the 3.4e38 of float32, in {path}: leave out "
                "these rows, or use its logarithm."
            )

    def check(self, predictions: Mapping[str, npt.NDArray[Any]]) -> None:
        """See that predictions are finite; see `Problem.check`."""
        import numpy as np

        if not np.isfinite(predictions["score"]).all():
            raise InvalidAnswerError("some predictions are NaN or infinite")

    def allowed_difference(self, dataset: Dataset) -> float:
        """Return the tolerance times the label's standard deviation, and some roundings of float32 about its mean."""
        return self.tolerance * dataset.label_std + ROUNDINGS * abs(dataset.label_mean)

    def grade(
        self,
        labels: npt.NDArray[Any],
        predictions: Mapping[str, npt.NDArray[Any]],
        weights: npt.NDArray[Any] | None = None,
    ) -> dict[str, float]:
        """Return the grades as scikit-learn defines them; nothing where all labels are equal.

        Raises:
            InvalidAnswerError: The predictions are the labels themselves.
        """
        import numpy as np

        if weights is not None and not weights.any():
            return {}
        truth, answer = labels.astype(np.float64), predictions["score"].astype(np.float64)
        centre = weighted_mean(truth, weights)
        variance = weighted_mean((truth - centre) ** 2, weights)
        if not variance:
            return {}
        squared = weighted_mean((truth - answer) ** 2, weights)
        if not squared:
            raise InvalidAnswerError("its predictions are the labels themselves")
        values = (math.sqrt(squared), weighted_mean(np.abs(truth - answer), weights), 1 - squared / variance)
        return {metric.name: value for metric, value in zip(self.metrics, values, strict=True)}

    def grader(self, dataset: Dataset, directory: Path) -> RegressionGrader:
        """Return what grades part by part; see `Problem.grader`."""
        del dataset, directory
        return RegressionGrader(self.metrics)

    def worst(
        self, dataset: Dataset, labels: npt.NDArray[Any], weights: npt.NDArray[Any] | None = None
    ) -> float | None:
        """Return the error of the train split's mean as everybody's answer, and a margin."""
        import numpy as np

        squared = (labels.astype(np.float64) - dataset.label_mean) ** 2
        return MARGIN * math.sqrt(weighted_mean(squared, weights))

    def told_by(self, labels: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
        """Return the square of the correlation of a feature with the label."""
        import numpy as np

        if labels.std() == 0 or values.std() == 0:
            return 0.0
        return float(np.corrcoef(labels.astype(np.float64), values.astype(np.float64))[0, 1] ** 2)


REGRESSION = Regression()
