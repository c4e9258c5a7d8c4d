"""What a kind of problem is: which labels it takes, what an answer to it is, and how answers are graded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.problems.labels import Spread, Tally
from bench.problems.metrics import Grading

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
