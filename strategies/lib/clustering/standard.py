"""Features in standard deviations, in which no feature counts for more because of its unit, and the initial centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from bench import Dataset, Trial

ROWS_AT_ONCE = 65_536
NUMBERS_AT_ONCE = 2**18  # of four bytes


def standardise(features: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Subtract the means and divide by the standard deviations of the whole train split, in place.

    It counts in float64: beside a large mean a float32 keeps little of the difference.

    Args:
        features: Raw, float32 of shape (rows, features).
        dataset: Gives the statistics.

    Returns:
        The same array.
    """
    import numpy as np

    means, stds = np.array(dataset.means), np.array(dataset.stds)
    for start in range(0, len(features), ROWS_AT_ONCE):
        block = features[start : start + ROWS_AT_ONCE]
        block[...] = (block - means) / stds
    return features


def rows_at_once(clusters: int, features: int) -> int:
    """Return how many rows to take at once, so that they and their distances stay in the processor's cache.

    Args:
        clusters: Number of centres.
        features: Number of features.
    """
    return max(256, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // (clusters + features)))


def initial_centres(trial: Trial) -> np.ndarray:
    """Return the centres that every strategy begins with, float32 of shape (clusters, features); on the driver only.

    Args:
        trial: The trial.
    """
    import numpy as np

    centres: np.ndarray = np.load(str(trial.initial))
    return centres
