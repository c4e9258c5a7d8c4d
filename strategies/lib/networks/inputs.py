"""The value that a user's function gets: what there is to know about the rows of a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from bench import Dataset

ROWS_TO_TRY = 64


@dataclass(frozen=True)
class NetworkInputs:
    """The rows that a network takes, float32 of shape (rows, features), and the answers that it gives.

    Numbers come standardised: their train mean is 0 and their train standard deviation 1. Categories come as they are,
    whole numbers from 0.

    Attributes:
        features: Number of features.
        names: Their names.
        categories: How many categories each feature has that has any, by name.
        kind: Kind of problem: ``binary`` (gives a probability, of shape (rows, 1)), ``multiclass`` (probabilities of
            shape (rows, classes)) or ``regression`` (a number of shape (rows, 1), in standard deviations of the label
            from its mean).
        classes: Number of classes; 0 for a regression.
        means: The train mean of each feature, before it was standardised.
        stds: The train standard deviation of each feature, before it was standardised.
    """

    features: int
    names: tuple[str, ...]
    categories: Mapping[str, int]
    kind: str
    classes: int
    means: tuple[float, ...]
    stds: tuple[float, ...]


def inputs_of(dataset: Dataset) -> NetworkInputs:
    """Return what a function is told of a dataset.

    Args:
        dataset: The dataset.
    """
    return NetworkInputs(
        features=len(dataset.features),
        names=tuple(dataset.features),
        categories=dict(dataset.categorical),
        kind=dataset.problem,
        classes=len(dataset.classes),
        means=tuple(dataset.means),
        stds=tuple(dataset.stds),
    )


def rows_to_try(dataset: Dataset) -> np.ndarray:
    """Return raw rows that could be of a dataset, to try a network on: float32 of shape (64, features).

    Args:
        dataset: Gives means, standard deviations and categories.
    """
    import numpy as np

    drawn = np.random.default_rng(0)
    rows = drawn.normal(dataset.means, dataset.stds, (ROWS_TO_TRY, len(dataset.features)))
    for place, feature in enumerate(dataset.features):
        if feature in dataset.categorical:
            rows[:, place] = drawn.integers(dataset.categorical[feature], size=ROWS_TO_TRY)
    return rows.astype("float32")
