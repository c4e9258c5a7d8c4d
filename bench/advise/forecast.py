"""Forecasts one figure of one contender, with its intervals; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.advise import calibration
from bench.advise.calibration import Calibration
from bench.advise.fit import RANGE, GrowthLaw, SizePoint, TermsOf, fit, held_out_error, in_range, no_terms
from bench.scaling import Scale


@dataclass(frozen=True)
class Forecast:
    """What is expected at a size that has not been measured.

    Attributes:
        estimate: The median that is expected.
        low80: Lower end of the interval that holds it in 80 of 100 cases.
        high80: Upper end.
        low95: Lower end of the interval that holds it in 95 of 100 cases.
        high95: Upper end.
        reach: Rows asked for over the largest measured.
        own_error: The error at its own largest sizes, as forecast from the smaller ones, in logarithms; None where it
            has too few sizes.
    """

    estimate: float
    low80: float
    high80: float
    low95: float
    high95: float
    reach: float
    own_error: float | None

    @property
    def half95(self) -> float:
        """Half the width of the wide interval, in logarithms."""
        return math.log(self.high95 / self.estimate)


@dataclass(frozen=True)
class Forecaster:
    """A fitted law with all that its intervals need.

    Attributes:
        law: The law.
        top: The largest scale measured.
        own_error: As in `Forecast`.
        table: The calibration.
        stretch: Times by which another thing than the rows exceeds what was measured, such as workers.
    """

    law: GrowthLaw
    top: Scale
    own_error: float | None
    table: Calibration
    stretch: float = 1.0

    @property
    def largest(self) -> float:
        """The largest number of rows measured."""
        return self.top.rows

    def at(self, rows: float) -> Forecast:
        """Return the forecast for so many rows, with all else as it was measured."""
        estimate, reach = self.law(replace(self.top, rows=rows)), rows / self.largest
        far = max(1.0, reach) * self.stretch
        narrow, wide = (math.exp(self.table.half_width(level, far, self.own_error)) for level in calibration.LEVELS)
        ends = estimate / narrow, estimate * narrow, estimate / wide, estimate * wide
        return Forecast(estimate, *ends, reach, self.own_error)


def forecaster(
    points: Sequence[SizePoint], terms: TermsOf = no_terms, *, times: float = RANGE, table: Calibration | None = None
) -> Forecaster:
    """Return the forecaster of a contender.

    Args:
        points: What was measured of it, at one size at least.
        terms: What it states of its phases.
        times: The range of sizes that are fitted.
        table: The calibration; the package's own if not given.
    """
    fitted = in_range(points, times)
    top = max((point.at for point in fitted), key=lambda at: at.rows)
    return Forecaster(fit(fitted, terms), top, held_out_error(fitted, terms), table or calibration.load())
