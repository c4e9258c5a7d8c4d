"""How alike labels are that follow each other: a trainer that gets sorted rows learns badly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class LabelSuccession:
    """Sums over the labels of one rank, for the autocorrelation of neighbours (lag 1).

    As in Box, Jenkins, Reinsel and Ljung, Time Series Analysis, 5th edition, equation (2.1.12): the sum of products of
    neighbours' deviations from the mean, over the sum of squared deviations.
    """

    def __init__(self) -> None:
        self._count, self._sum, self._squares, self._products = 0, 0.0, 0.0, 0.0
        self._first = self._last = 0.0

    def add(self, labels: np.ndarray) -> None:
        """Take the labels that follow those of before.

        Args:
            labels: float32 of shape (rows,), at least one.
        """
        import numpy as np

        exact = labels.astype(np.float64)
        if self._count:
            self._products += self._last * float(exact[0])
        else:
            self._first = float(exact[0])
        self._products += float(exact[:-1] @ exact[1:])
        self._last = float(exact[-1])
        self._count += len(exact)
        self._sum += float(exact.sum())
        self._squares += float(exact @ exact)

    def as_json(self) -> dict[str, float]:
        """Return the rank's two sums of deviations."""
        if not self._count:
            return {"neighbours": 0.0, "deviations": 0.0}
        mean = self._sum / self._count
        both = 2 * self._sum - self._first - self._last
        return {
            "neighbours": self._products - mean * both + (self._count - 1) * mean**2,
            "deviations": self._squares - self._count * mean**2,
        }


def autocorrelation(ranks: Iterable[Mapping[str, float]]) -> float:
    """Return the autocorrelation over all ranks, each with its own mean; 0 where labels are all equal.

    Args:
        ranks: Out of `LabelSuccession.as_json`.
    """
    sums = list(ranks)
    deviations = sum(one["deviations"] for one in sums)
    return sum(one["neighbours"] for one in sums) / deviations if deviations > 0 else 0.0
