"""What answers are graded by: a grade's name, its direction, and how much of it is noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bench.writing import figures


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
