"""What the labels of a split are like: how many of each class there are, or how numbers are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_KEPT = 1_000_000  # labels that quantiles are taken from, the first; rows are shuffled


class Tally(Protocol):
    """Takes the labels of a split in portions, and sums them up."""

    def add(self, labels: npt.NDArray[np.float32]) -> None:
        """Take labels, float32 of shape (rows,)."""

    def as_json(self, before: int) -> Any:
        """Return what `merge` takes, fit for JSON.

        Args:
            before: Labels of the split that come before the first of these.
        """

    def merge(self, other: Any) -> None:
        """Take the labels of the part of the split that follows, out of its `as_json`."""

    def facts(self) -> dict[str, Any]:
        """Return what a manifest says of them."""

    def fault(self) -> str | None:
        """Return why no model can be learned or judged with them, as the end of a sentence; None if it can."""


class Counts:
    """Rows of each class."""

    def __init__(self, classes: int) -> None:
        """Start with no rows.

        Args:
            classes: Number of classes.
        """
        import numpy as np

        self._counts = np.zeros(classes, np.int64)

    def add(self, labels: npt.NDArray[np.float32]) -> None:
        """Count codes of classes."""
        import numpy as np

        self._counts += np.bincount(labels.astype(np.int64), minlength=len(self._counts))

    def as_json(self, before: int) -> list[int]:
        """Return the counts."""
        del before
        counts: list[int] = self._counts.tolist()
        return counts

    def merge(self, other: list[int]) -> None:
        """Add the counts of another one."""
        self._counts += other

    def facts(self) -> dict[str, Any]:
        """Return ``rows`` and ``counts``, the rows of each class."""
        return {"rows": int(self._counts.sum()), "counts": self._counts.tolist()}

    def fault(self) -> str | None:
        """Return that there is one class only."""
        present = int((self._counts > 0).sum())
        return "has one class only" if present < 2 else None


class Spread:
    """Mean, deviation and quantiles of numbers."""

    def __init__(self) -> None:
        """Start with no rows."""
        self._rows, self._mean, self._squares = 0, 0.0, 0.0
        self._kept: list[npt.NDArray[np.float32]] = []
        self._least, self._most = float("inf"), float("-inf")

    def add(self, labels: npt.NDArray[np.float32]) -> None:
        """Take numbers; moments are combined as `bench.datasets.makers.statistics.Moments` does."""
        import numpy as np

        rows, mean = len(labels), float(labels.mean(dtype=np.float64))
        # A mean of Python's own would be rounded to the labels' type.
        squares = float(np.square(labels - np.float64(mean)).sum())
        self._combine(labels, rows, mean, squares, float(labels.min()), float(labels.max()))

    def as_json(self, before: int) -> list[Any]:
        """Return the moments, the limits, and the labels that quantiles are taken from."""
        import numpy as np

        kept = np.concatenate(self._kept)[: max(0, _KEPT - before)].tolist()
        return [kept, self._rows, self._mean, self._squares, self._least, self._most]

    def merge(self, other: list[Any]) -> None:
        """Take the numbers of another one."""
        import numpy as np

        kept, *others = other
        self._combine(np.array(kept, np.float32), *others)

    def _combine(
        self, labels: npt.NDArray[np.float32], rows: int, mean: float, squares: float, least: float, most: float
    ) -> None:
        total, step = self._rows + rows, mean - self._mean
        self._squares += squares + step**2 * (self._rows * rows / total)
        self._mean += step * (rows / total)
        if self._rows < _KEPT:
            self._kept.append(labels[: _KEPT - self._rows].copy())
        self._least, self._most = min(self._least, least), max(self._most, most)
        self._rows = total

    def facts(self) -> dict[str, Any]:
        """Return ``rows``, ``mean``, ``std`` (of the population) and ``quantiles``, by their share.

        The least and the largest are exact; the others are those of the first million rows.
        """
        import numpy as np

        found = np.quantile(np.concatenate(self._kept), QUANTILES).tolist()
        found[0], found[-1] = self._least, self._most
        return {
            "rows": self._rows,
            "mean": self._mean,
            "std": (self._squares / self._rows) ** 0.5,
            "quantiles": {f"{share:g}": value for share, value in zip(QUANTILES, found, strict=True)},
        }

    def fault(self) -> str | None:
        """Return that all are equal."""
        return "is the same in all rows" if self._least == self._most else None
