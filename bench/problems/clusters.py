"""Clusters: an answer is their centres, graded by the distance of rows from the nearest of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bench.problems.base import InvalidAnswerError
from bench.problems.metrics import Metric
from bench.problems.model_grading import ModelGrading

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from bench.model import Dataset, Trial

UNMOVED = 1e-5  # standard deviations: a step of the algorithm moves centres by far more


class Clusters(ModelGrading):
    """Graded by inertia per row: the mean squared distance of rows from their nearest centre, in standard deviations.

    It is over the rows of both splits. Features are standardised by the statistics of the train split, so that none
    counts for more because of its unit.
    """

    name = "clusters"
    # Lloyd's algorithm from the same centres comes to the same ones but for rounding, so that 0.1 % is much.
    metrics = (
        Metric(
            "inertia",
            "inertia per row",
            better=-1,
            tolerance=0.001,
            near=0.01,
            range=(0.0, math.inf),
            digits=5,
            article="an",
            relative=True,
        ),
    )
    sample_rows = 16_384

    def begin(self, trial: Trial, sample: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return rows of the sample that lie far apart, as k-means++ chooses them; float32 of shape (k, features)."""
        import numpy as np
        from sklearn.cluster import kmeans_plusplus

        rows = standardised(sample, trial.dataset)
        centres, _ = kmeans_plusplus(rows, trial.clusters, random_state=trial.seed)
        return np.asarray(centres, np.float32)

    def grade(
        self,
        trial: Trial,
        begun: npt.NDArray[Any],
        model: npt.NDArray[Any],
        rows: Callable[[str], Iterator[npt.NDArray[Any]]],
    ) -> dict[str, float]:
        """Return the inertia per row; see `ModelGrading.grade`.

        Raises:
            InvalidAnswerError: They are no k finite centres, or those that it began with, or farther from the rows of
                the train split than these.
        """
        import numpy as np

        _check(model, begun)
        (metric,) = self.metrics
        sums = {
            split: sum((_squared_distances(batch, (model, begun), trial.dataset) for batch in rows(split)), np.zeros(3))
            for split in ("train", "test")
        }
        distance, _, number = sums["train"] + sums["test"]
        grades = {metric.name: float(distance / number)}
        if np.abs(model - begun).max() <= UNMOVED and sums["train"][1]:
            raise InvalidAnswerError("its centres are those that it began with: nothing was learned", grades)
        learned, unlearned, number = sums["train"]
        if learned > unlearned:
            raise InvalidAnswerError(
                f"{metric.article} {metric.label} of {metric.shown(learned / number)} on the rows that it learned from "
                f"is above {metric.shown(unlearned / number)}, that of the centres that it began with",
                grades,
            )
        return grades


def standardised(rows: npt.NDArray[Any], dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return rows less the features' means, over their standard deviations.

    Args:
        rows: Raw features of shape (rows, features).
        dataset: Gives the statistics of the train split.
    """
    import numpy as np

    found: npt.NDArray[np.float64] = (rows - np.array(dataset.means)) / np.array(dataset.stds)
    return found


def _check(model: npt.NDArray[Any], begun: npt.NDArray[Any]) -> None:
    import numpy as np

    if model.shape != begun.shape:
        clusters, features = begun.shape
        raise InvalidAnswerError(
            f"its centres have the shape {model.shape}, and {clusters} of {features} features were asked for"
        )
    if not np.isfinite(model).all():
        raise InvalidAnswerError("some centres are NaN or infinite")


def _squared_distances(
    batch: npt.NDArray[Any], candidates: tuple[npt.NDArray[Any], ...], dataset: Dataset
) -> npt.NDArray[np.float64]:
    """Return, for each of several sets of centres, the sum of squared distances of rows from the nearest centre.

    The last number is that of the rows.
    """
    import numpy as np

    rows = standardised(batch, dataset)
    lengths = np.einsum("rf,rf->r", rows, rows)
    sums = []
    for centres in candidates:
        exact = centres.astype(np.float64)
        nearest = (np.einsum("kf,kf->k", exact, exact) - 2 * rows @ exact.T).min(axis=1)
        sums.append(np.maximum(lengths + nearest, 0).sum())
    return np.array([*sums, len(rows)])


CLUSTERS = Clusters()
