"""From how many rows on another contender would be the faster, beyond all that was measured; pure.

The error of a crossing is that of the ratio of two times over the difference of their slopes, so that its upper end is
seldom known: what can be said is up to where the crossing does not lie. Within the data
`bench.findings.crossover` tells it from the measurements themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from bench.advise.decide import FARTHEST, FREEDOM, SEED
from bench.advise.fit import Floats
from bench.advise.forecast import Forecaster

DRAWS, GRID = 1000, 120


@dataclass(frozen=True)
class Crossing:
    """Where a slower contender begins to be the faster one.

    Attributes:
        challenger: Name of the one that is slower at the size asked for.
        not_before: Rows up to which it is not the faster, in 97.5 of 100 cases: at most the end of the reach.
        surely_from: Rows from which on it is, in 97.5 of 100 cases; None where that lies beyond the reach.
    """

    challenger: str
    not_before: float
    surely_from: float | None


def crossings(best: str, forecasters: Mapping[str, Forecaster], asked: float) -> list[Crossing]:
    """Return where each other contender may overtake the best, between the size asked for and the end of the reach.

    Args:
        best: Name of the best at the size asked for.
        forecasters: Of the time of each contender, by name.
        asked: The rows asked for.
    """
    farthest = FARTHEST * min(each.largest for each in forecasters.values())
    if farthest <= asked:
        return []
    sizes = np.geomspace(asked, farthest, GRID)
    curves = {name: _curve(each, sizes) for name, each in forecasters.items()}
    drawn = np.random.default_rng(SEED).standard_t(FREEDOM, (DRAWS, 2)) / student.ppf(0.975, FREEDOM)
    found = []
    for name, (centre, width) in curves.items():
        if name == best or centre[0] <= curves[best][0][0]:
            continue
        ahead = centre - curves[best][0] + np.outer(drawn[:, 0], width) - np.outer(drawn[:, 1], curves[best][1]) < 0
        passed = np.where(ahead.any(axis=1), sizes[ahead.argmax(axis=1)], np.inf)
        low, high = np.quantile(passed, [0.025, 0.975], method="lower")
        found.append(Crossing(name, float(min(low, farthest)), float(high) if np.isfinite(high) else None))
    return sorted(found, key=lambda each: each.not_before)


def _curve(each: Forecaster, sizes: Floats) -> tuple[Floats, Floats]:
    """Return the logarithms of estimates and of half-widths over sizes."""
    forecasts = [each.at(float(rows)) for rows in sizes]
    return np.log([one.estimate for one in forecasts]), np.array([one.half95 for one in forecasts])
