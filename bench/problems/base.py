"""What a kind of problem is: which labels it takes, what an answer to it is, and how answers are graded."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bench.problems.labels import Spread, Tally
from bench.writing import figures

if TYPE_CHECKING:
    import numpy.typing as npt

    from bench.model import Dataset
    from bench.problems.parts import Grader


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
        digits: Digits after the decimal point; of a grade in the label's unit, significant digits.
        article: ``a`` or ``an``, for sentences.
        relative: Whether it has the label's unit, so that ``tolerance`` and ``near`` are shares of it.
    """

    name: str
    label: str
    better: Literal[1, -1]
    tolerance: float
    near: float
    range: tuple[float, float] = (-math.inf, math.inf)
    digits: int = 4
    article: str = "a"
    relative: bool = False

    def shown(self, value: float | None) -> str:
        """Return a value as people read it; nothing where there is none."""
        if value is None:
            return ""
        if not self.relative:
            return f"{value:.{self.digits}f}"
        # With places for tenths or millionths, as the unit needs; an exponent where there would be noughts only.
        small = 0 < abs(value) < 10.0 ** (self.digits - 7)
        return f"{value:.{self.digits - 1}e}" if small else figures.digits(value, self.digits)

    def allowance(self, reference: float) -> float:
        """Return how much worse than a reference a value may be.

        Args:
            reference: The baseline's value.
        """
        return self.tolerance * (abs(reference) if self.relative else 1)

    def good_enough(self, best: float) -> float:
        """Return the value that still counts as the quality that was asked for, where nobody said which.

        Args:
            best: The best value that was measured.
        """
        return best - self.better * self.near * (abs(best) if self.relative else 1)

    @property
    def near_shown(self) -> str:
        """How `good_enough` is found from the best value, as people read it, such as ``less 0.01`` or ``plus 1 %``."""
        amount = f"{100 * self.near:g} %" if self.relative else f"{self.near:g}"
        return f"{'less' if self.better > 0 else 'plus'} {amount}"

    def reaches(self, value: float, asked: float) -> bool:
        """Return whether a value is as good as what is asked for."""
        return self.better * (value - asked) >= 0


class Grading:
    """What answers are graded by, whatever an answer is.

    Attributes:
        name: Its name.
        metrics: Its grades; the first is the axis of reports, of the Pareto front and of ``--quality``.
    """

    name: str
    metrics: tuple[Metric, ...]


class Problem(Grading, ABC):
    """A kind of problem; write a class in a file of its own, and enter it in the table of `bench.problems`.

    Attributes:
        name: Its name, in manifests and records.
        chance: What the first grade is where the labels say nothing; ``None`` where that depends on the labels.
        telling: Words for `told_by`, with a place for the share.
        tolerance: How far two correct ways to compute a model's predictions may lie apart, whose float32 sums run in
            another order; see `allowed_difference`.
    """

    chance: float | None
    tolerance: float
    telling: str = "it tells {:.2%} of it"

    @abstractmethod
    def check_labels(self, labels: npt.NDArray[Any], column: str, path: str) -> None:
        """See that labels are of this kind.

        Args:
            labels: float32 of shape (rows,); where there are classes, their codes, from 0.
            column: Name of the column, for the sentence.
            path: Where it lies, for the sentence.

        Raises:
            DatasetError: They are not.
        """

    def tally(self, classes: int) -> Tally:
        """Return an empty summary of labels.

        Args:
            classes: Number of classes; 0 where there are none.
        """
        del classes
        return Spread()

    def width(self, dataset: Dataset) -> int:
        """Return how many numbers a prediction is: 0 for a single number, else the length of a list of them.

        Args:
            dataset: The dataset.
        """
        del dataset
        return 0

    def allowed_difference(self, dataset: Dataset) -> float:
        """Return `tolerance` in the unit of a dataset's predictions.

        Args:
            dataset: The dataset.
        """
        del dataset
        return self.tolerance

    def columns(self) -> Mapping[str, str]:
        """Return the columns of predictions beside ``row_id``, and the NumPy kind of each (``f``: floating point)."""
        return {"score": "f"}

    @abstractmethod
    def check(self, predictions: Mapping[str, npt.NDArray[Any]]) -> None:
        """See that predictions are answers at all, whatever the labels.

        Args:
            predictions: An array of shape (rows,) or (rows, `width`) for each of `columns`.

        Raises:
            InvalidAnswerError: They are not.
        """

    def learned(self, predictions: Mapping[str, npt.NDArray[Any]]) -> bool:
        """Return whether predictions show that anything was learned: they are not all alike."""
        return any(bool((values != values[:1]).any()) for values in predictions.values())

    @abstractmethod
    def grade(
        self,
        labels: npt.NDArray[Any],
        predictions: Mapping[str, npt.NDArray[Any]],
        weights: npt.NDArray[Any] | None = None,
    ) -> dict[str, float]:
        """Return the grades, by name.

        Args:
            labels: float32 of shape (rows,).
            predictions: Out of `check`, in the order of the labels.
            weights: How much each row counts, float32 of shape (rows,); all alike where there are none.

        Returns:
            None of them where the rows that were scored do not allow it.
        """

    def grader(self, dataset: Dataset, directory: Path) -> Grader | None:
        """Return what grades more rows than memory holds, part by part; None where this kind needs all rows at once.

        Args:
            dataset: The dataset.
            directory: A directory, on a disk with room for the rows, for files of any name.
        """
        del dataset, directory
        return None

    def worst(self, dataset: Dataset, labels: npt.NDArray[Any], weights: npt.NDArray[Any] | None) -> float | None:
        """Return the first grade that whoever learned from enough rows reaches, whatever the labels.

        It is a margin worse than that of the best answer that knows no feature; ``None`` where nobody knows.

        Args:
            dataset: Says what the labels of the train split are like.
            labels: float32 of shape (rows,).
            weights: How much each row counts, float32 of shape (rows,), or ``None``.
        """
        del dataset, labels, weights
        return None

    def told_by(self, labels: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
        """Return how well one feature alone tells the label: 1 where it tells it surely, 0 where nobody knows.

        Args:
            labels: float32 of shape (rows,).
            values: The feature, float32 of shape (rows,).
        """
        del labels, values
        return 0.0

    def opposite(self, grade: float) -> float | None:
        """Return what the first grade becomes if every label is turned into its opposite; ``None`` if nobody knows."""
        del grade
        return None
