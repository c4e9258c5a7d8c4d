"""Grades the rows of a split part by part, where all of them at once would not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt


class Grader(Protocol):
    """Takes rows part by part, and grades them as `Problem.grade` does all of them at once."""

    def add(
        self, labels: npt.NDArray[Any], predictions: Mapping[str, npt.NDArray[Any]], weights: npt.NDArray[Any] | None
    ) -> None:
        """Take rows, in no order that has to do with their predictions; see `Problem.grade`."""

    def grades(self) -> dict[str, float]:
        """Return the grades, by name; none of them where the rows do not allow it."""

    def representatives(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return few labels and weights for which `Problem.worst` says what it says for those of all rows."""


class WeightedSums:
    """Sums of weights, and of values with their weights."""

    def __init__(self, columns: int) -> None:
        """Start with no rows.

        Args:
            columns: Values of each row.
        """
        import numpy as np

        self.weight, self._sums = 0.0, np.zeros(columns)

    def add(self, columns: npt.NDArray[Any], weights: npt.NDArray[Any] | None) -> None:
        """Take rows.

        Args:
            columns: float64 of shape (columns, rows).
            weights: How much each row counts, of shape (rows,); all alike where there are none.
        """
        import numpy as np

        each = np.ones(columns.shape[1]) if weights is None else weights.astype(np.float64)
        self.weight += float(each.sum())
        self._sums += columns @ each

    def means(self) -> list[float]:
        """Return the mean of each column."""
        found: list[float] = (self._sums / self.weight).tolist()
        return found
