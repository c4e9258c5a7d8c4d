"""Grades of tasks whose answer is the model itself: the harness measures it on the rows, and labels play no part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bench.problems.metrics import Grading

if TYPE_CHECKING:
    import numpy.typing as npt

    from bench.model import Trial


class ModelGrading(Grading, ABC):
    """Grades of models that are arrays: write a class in a file of its own, for `bench.tasks.base.Task.grades`.

    Attributes:
        sample_rows: Rows of the train split that `begin` is given, at most.
    """

    sample_rows: int

    @abstractmethod
    def begin(self, trial: Trial, sample: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the model that every strategy begins with, the same for the same settings and seed.

        Args:
            trial: Gives the settings, the seed and the statistics of the features.
            sample: Rows of the train split, raw, float32 of shape (rows, features).
        """

    @abstractmethod
    def grade(
        self,
        trial: Trial,
        begun: npt.NDArray[Any],
        model: npt.NDArray[Any],
        rows: Callable[[str], Iterator[npt.NDArray[Any]]],
    ) -> dict[str, float]:
        """Return the grades of a model, by name.

        Args:
            trial: Gives the settings and the statistics of the features.
            begun: Out of `begin`.
            model: What the strategy came to: numbers, in whatever shape.
            rows: Yields the raw features of the split ``train`` or ``test``, float32 of shape (rows, features), a
                batch at a time.

        Raises:
            InvalidAnswerError: It is no such model, or nothing was learned.
        """
