"""What a kind of problem is: which labels it takes, what an answer to it is, and how answers are graded."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy.typing as npt


class InvalidAnswerError(Exception):
    """The predictions prove that the answer is wrong or incomplete.

    Attributes:
        grades: What the predictions reached, if they could be graded at all.
    """

    def __init__(self, what: str, grades: dict[str, float] | None = None) -> None:
        """Say what is wrong, as a clause without a full stop."""
        super().__init__(what)
        self.grades = grades


@dataclass(frozen=True)
class Metric:
    """A grade that answers get.

    Attributes:
        name: Its name in records.
        label: What people call it.
        better: 1 where more is better, -1 where less is.
        tolerance: How much worse it may be than a baseline's: more than repeats of one case differ by, and far less
            than what a broken trainer loses.
        near: How much worse than the best measured still counts as the quality that was asked for.
        range: The lowest and the highest value that there can be.
        digits: Digits after the decimal point.
        article: ``a`` or ``an``, for sentences.
    """

    name: str
    label: str
    better: Literal[1, -1]
    tolerance: float
    near: float
    range: tuple[float, float] = (-math.inf, math.inf)
    digits: int = 4
    article: str = "a"

    def shown(self, value: float | None) -> str:
        """Return a value as people read it; nothing where there is none."""
        return "" if value is None else f"{value:.{self.digits}f}"

    def reaches(self, value: float, asked: float) -> bool:
        """Return whether a value is as good as what is asked for."""
        return self.better * (value - asked) >= 0


class Problem(ABC):
    """A kind of problem; write a class in a file of its own, and enter it in the table of `bench.problems`.

    Attributes:
        name: Its name, in manifests and records.
        metrics: Its grades; the first is the axis of reports, of the Pareto front and of ``--quality``.
        chance: What the first grade is where the labels say nothing.
        tolerance: How far two correct ways to compute a model's predictions may lie apart, whose float32 sums run in
            another order.
    """

    name: str
    metrics: tuple[Metric, ...]
    chance: float
    tolerance: float

    @abstractmethod
    def check_labels(self, labels: npt.NDArray[Any], column: str, path: str) -> None:
        """See that labels are of this kind.

        Args:
            labels: float32 of shape (rows,).
            column: Name of the column, for the sentence.
            path: Where it lies, for the sentence.

        Raises:
            DatasetError: They are not.
        """

    @abstractmethod
    def columns(self) -> Mapping[str, str]:
        """Return the columns of predictions beside ``row_id``, and the NumPy kind of each (``f``: floating point)."""

    @abstractmethod
    def check(self, predictions: Mapping[str, npt.NDArray[Any]]) -> None:
        """See that predictions are answers at all, whatever the labels.

        Args:
            predictions: An array of shape (rows,) for each of `columns`.

        Raises:
            InvalidAnswerError: They are not.
        """

    @abstractmethod
    def learned(self, predictions: Mapping[str, npt.NDArray[Any]]) -> bool:
        """Return whether predictions show that anything was learned: they are not all alike."""

    @abstractmethod
    def grade(self, labels: npt.NDArray[Any], predictions: Mapping[str, npt.NDArray[Any]]) -> dict[str, float]:
        """Return the grades, by name.

        Args:
            labels: float32 of shape (rows,).
            predictions: Out of `check`, in the order of the labels.

        Returns:
            None of them where the rows that were scored do not allow it.
        """

    def told_by(self, labels: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
        """Return how well one feature alone tells the label: 1 where it tells it surely, 0 where nobody knows.

        Args:
            labels: float32 of shape (rows,).
            values: The feature, float32 of shape (rows,).
        """
        del labels, values
        return 0.0

    @abstractmethod
    def opposite(self, grade: float) -> float:
        """Return what the first grade becomes if every label is turned into its opposite."""
