"""Mean and standard deviation of a stream, and means that do not depend on the order of the rows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Moments:
    """Mean and population standard deviation of columns that arrive in portions.

    Portions are combined as Chan, Golub and LeVeque do (Updating Formulae and a Pairwise Algorithm
    for Computing Sample Variances, 1979), which loses no digits where the mean is far from zero.
    """

    def __init__(self, columns: int) -> None:
        """Start with no rows.

        Args:
            columns: Number of columns.
        """
        self._rows = 0
        self._mean = np.zeros(columns)
        self._squares = np.zeros(columns)

    def add(self, columns: NDArray[np.float32]) -> None:
        """Take rows, column by column: float32 of shape (columns, rows)."""
        rows = columns.shape[1]
        mean = columns.mean(axis=1, dtype=np.float64)
        squares = np.array([np.square(column - centre).sum() for column, centre in zip(columns, mean, strict=True)])
        self._combine(rows, mean, squares)

    def as_json(self) -> list[Any]:
        """Return what `merge` takes, fit for JSON."""
        return [self._rows, self._mean.tolist(), self._squares.tolist()]

    def merge(self, other: list[Any]) -> None:
        """Take the rows of another one, out of its `as_json`."""
        rows, mean, squares = other
        self._combine(rows, np.array(mean), np.array(squares))

    def _combine(self, rows: int, mean: NDArray[np.float64], squares: NDArray[np.float64]) -> None:
        total, step = self._rows + rows, mean - self._mean
        self._squares += squares + step**2 * (self._rows * rows / total)
        self._mean += step * (rows / total)
        self._rows = total

    def means(self) -> tuple[float, ...]:
        """Return the mean of each column."""
        return tuple(self._mean.tolist())

    def stds(self) -> tuple[float, ...]:
        """Return the population standard deviation of each column, 1.0 where a column is constant."""
        stds = np.sqrt(self._squares / max(self._rows, 1))
        return tuple(np.where(stds > 0, stds, 1.0).tolist())


class ExactMeans:
    """Means of float32 columns, exact whatever the order in which the rows arrive.

    A mean replaces missing values, so its last bit is part of a dataset's content, and rounding must
    not depend on how the input was cut into files. Each value is an integer of at most 24 bits times
    a power of two; the integers are added up for each power.
    """

    # Values are at least 2**-149, and frexp gives a fraction below 1 times at most 2**128.
    _LEAST, _POWERS = -148, 277
    # So many integers of 24 bits add up exactly in a double.
    _BLOCK = 2**28

    def __init__(self, columns: int) -> None:
        """Start with no rows.

        Args:
            columns: Number of columns.
        """
        self._rows = np.zeros(columns, np.int64)
        self._sums = np.zeros((columns, self._POWERS), np.int64)

    def add(self, columns: NDArray[np.float32]) -> None:
        """Take rows, column by column: float32 of shape (columns, rows); NaN is left out."""
        for column, values in enumerate(columns):
            values = values[~np.isnan(values)]
            self._rows[column] += len(values)
            for at in range(0, len(values), self._BLOCK):
                fraction, power = np.frexp(values[at : at + self._BLOCK].astype(np.float64))
                sums = np.bincount(power - self._LEAST, fraction * 2.0**24, minlength=self._POWERS)
                self._sums[column] += sums.astype(np.int64)

    def as_json(self) -> list[Any]:
        """Return what `merge` takes, fit for JSON: of each column its rows, and the sums that are not 0 by power."""
        return [
            [int(rows), {place: int(sums[place]) for place in np.flatnonzero(sums).tolist()}]
            for rows, sums in zip(self._rows, self._sums, strict=True)
        ]

    def merge(self, other: list[Any]) -> None:
        """Take the rows of another one, out of its `as_json`."""
        for column, (rows, sums) in enumerate(other):
            self._rows[column] += rows
            for place, total in sums.items():
                self._sums[column, int(place)] += total

    def means(self) -> NDArray[np.float32]:
        """Return the correctly rounded mean of each column, NaN where it has no value: float32."""
        pairs = zip(self._sums.tolist(), self._rows.tolist(), strict=True)
        return np.array([self._mean(sums, rows) for sums, rows in pairs], np.float32)

    def _mean(self, sums: list[int], rows: int) -> float:
        if not rows:
            return float("nan")
        powers = [(total, self._LEAST + place - 24) for place, total in enumerate(sums) if total]
        return float(sum((total * Fraction(2) ** power for total, power in powers), Fraction(0)) / rows)
