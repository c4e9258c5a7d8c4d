"""What more rows would bring to the first grade of a problem: a power law that flattens; pure.

The grade at n rows is its limit less ``a n^-b`` (A. Viering and M. Loog, TPAMI 2023, of learning curves). Grades where
less is better are turned around. Time grows past a cache or a knee, and a grade only flattens, so that it can be
forecast farther.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from bench.advise import calibration
from bench.advise.calibration import Calibration
from bench.advise.fit import Floats
from bench.problems import Metric

POWERS = np.linspace(0.1, 1.2, 45)
LEAST_SIZES = 3
LEAST_GAIN = 0.1  # of the gain between the smallest and the largest size: what an interval is a multiple of at least


@dataclass(frozen=True)
class GradeForecast:
    """What is expected of a grade, in its own unit.

    Attributes:
        estimate: The grade that is expected.
        low80: The worse end of the interval that holds it in 80 of 100 cases.
        high80: The better end.
        low95: The worse end of the interval that holds it in 95 of 100 cases.
        high95: The better end.
        most_gain: The better end of the wide interval less the grade at the largest size measured, if positive.
    """

    estimate: float
    low80: float
    high80: float
    low95: float
    high95: float
    most_gain: float


@dataclass(frozen=True)
class GradeAim:
    """The grade that answers must have to be compared by time.

    Attributes:
        metric: The grade.
        counts: Whether answers differ, so that time alone is no answer.
        least: The grade that will do; None for a little worse than the best that is expected.
    """

    metric: Metric
    counts: bool = True
    least: float | None = None

    def asked(self, grades: Sequence[float]) -> float | None:
        """Return the grade that is asked for, None where any will do.

        Args:
            grades: Those that are expected of all contenders.
        """
        if not self.counts or not grades:
            return None
        if self.least is not None:
            return self.least
        return self.metric.good_enough(max(grades, key=lambda grade: self.metric.better * grade))


def forecast_grade(
    grades: Mapping[float, float], rows: float, metric: Metric, table: Calibration | None = None
) -> GradeForecast | None:
    """Return the grade that is expected at a number of rows; None where fewer than three sizes have one.

    Args:
        grades: The grade at each number of rows.
        rows: The number of rows asked for, more than were measured.
        metric: The grade.
        table: The calibration; the package's own if not given.
    """
    sizes = np.array(sorted(grades), float)
    if len(sizes) < LEAST_SIZES:
        return None
    turned = np.array([metric.better * grades[size] for size in sizes])
    top = max(metric.better * end for end in metric.range)
    reached, expected, residual = _extend(sizes, turned, rows, top if math.isfinite(top) else None)
    unit = max(expected - reached, LEAST_GAIN * (turned.max() - turned.min()), 2 * residual)
    narrow, wide = ((table or calibration.load()).quality[level] * unit for level in calibration.LEVELS)
    ends = (expected - narrow, min(expected + narrow, top), expected - wide, min(expected + wide, top))
    most = max(0.0, float(ends[3] - turned[-1]))
    low80, high80, low95, high95 = (float(metric.better * end) for end in ends)
    return GradeForecast(metric.better * expected, low80, high80, low95, high95, most)


def _extend(
    sizes: Floats,
    grades: Floats,
    rows: float,
    top: float | None,
) -> tuple[float, float, float]:
    """Fit and return the grade at the largest size, at the rows asked for, and the root of the mean squared residual.

    Each power is tried. What remains is linear in the distance of the limit from the best grade there can be, and in
    ``a``, neither of which is negative.
    """
    above = top if top is not None else float(grades.max() + 100 * (grades.max() - grades.min()) + 1e-9)
    best: tuple[float, float, Floats] | None = None
    for power in POWERS:
        columns = np.stack([np.ones_like(sizes), (sizes / sizes[0]) ** -power], axis=1)
        weights, residual = nnls(columns, above - grades)
        if best is None or residual < best[0] - 1e-15:
            best = residual, power, weights
    assert best is not None  # noqa: S101 - there are powers
    residual, power, (distance, gain) = best
    expected = above - distance - gain * (rows / sizes[0]) ** -power
    fitted = above - distance - gain * (sizes[-1] / sizes[0]) ** -power
    return float(fitted), float(expected), float(residual / math.sqrt(len(sizes)))
