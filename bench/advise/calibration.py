"""How far forecasts were off on curves whose end is known, and so how wide an interval must be; pure.

The sizes of one strategy cannot tell how wide its interval must be: their noise is not what a forecast misses by.
Other curves can (conformal prediction over curves). The half-width, in logarithms, is a quantile that grows with the
reach times a scale that grows with the strategy's own held-out error, which is shrunk towards the usual one, since it
comes from two sizes. ``calibration.json`` has the quantiles; `benchmarks/calibrate.py` makes it, and says how.

From `LEAST_OWN` scored forecasts on, those made here replace the curves that the size of the quantiles comes from.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

LEVELS = (0.80, 0.95)
USUAL_ERROR = 0.10  # to which the held-out error is shrunk
UNKNOWN_ERROR = 0.45  # in the place of a held-out error, where there are too few sizes for one
LEAST_ERROR = 0.02
LEAST_OWN = 20  # scores, below which the largest of them is no quantile of 95 in 100
LEAST_TIMES = 0.5  # scores are of sizes that could be measured, nearer than many that are asked for


@dataclass(frozen=True)
class Calibration:
    """The quantiles.

    Attributes:
        version: Stands in every answer.
        curves: Number of curves that were measured and went into it.
        reaches: Rows asked for over the largest measured, ascending from 1.
        quantiles: For each level the quantile at each reach.
        quality: For each level the quantile of a forecast grade.
        own: Number of forecasts made and scored here that its size comes from; 0 where there are too few.
        times: For each level how many times as large they make the quantiles.
    """

    version: str
    curves: int
    reaches: tuple[float, ...]
    quantiles: Mapping[float, tuple[float, ...]]
    quality: Mapping[float, float]
    own: int = 0
    times: Mapping[float, float] = field(default_factory=lambda: dict.fromkeys(LEVELS, 1.0))

    def half_width(self, level: float, reach: float, own_error: float | None) -> float:
        """Return half the width of an interval, in logarithms.

        Args:
            level: One of `LEVELS`.
            reach: Rows asked for over the largest measured. Beyond the last of `reaches` nothing is known.
            own_error: The strategy's own held-out error, in logarithms; None where it has none.
        """
        at = np.log(np.maximum(1.0, reach))
        quantile = float(np.interp(at, np.log(self.reaches), self.quantiles[level]))
        return quantile * self.times[level] * scale(own_error)

    def by_own(self, misses: Mapping[float, Sequence[float]]) -> Calibration:
        """Return the calibration whose intervals would have held what they promise on forecasts made here.

        Args:
            misses: For each level by how much each forecast missed, in halves of the width that this calibration gave
                it; as many for each.
        """
        number = min(map(len, misses.values()))
        if number < LEAST_OWN:
            return self
        found = {
            level: max(LEAST_TIMES, weighted_quantile(values, level, np.ones(number)))
            for level, values in misses.items()
        }
        narrow, wide = LEVELS
        ends = zip(self.quantiles[narrow], self.quantiles[wide], strict=True)
        found[wide] = max(found[wide], found[narrow] * max(inner / outer for inner, outer in ends))
        return replace(self, own=number, times=found)


def scale(own_error: float | None) -> float:
    """Return what quantiles are multiples of, in logarithms; argument as for `Calibration.half_width`."""
    error = max(LEAST_ERROR, UNKNOWN_ERROR if own_error is None else own_error)
    return float(np.sqrt((error**2 + USUAL_ERROR**2) / 2))


def weighted_quantile(values: npt.ArrayLike, level: float, weights: npt.ArrayLike) -> float:
    """Return the conformal quantile of scores: one more score, larger than all, counts as much as the mean one.

    Args:
        values: The scores.
        level: The share of new scores that are to be below it.
        weights: How much each counts; of curves that are alike, all together as one.
    """
    scores, counts = np.asarray(values, float), np.asarray(weights, float)
    order = np.argsort(scores)
    reached = np.cumsum(counts[order])
    place = np.searchsorted(reached, level * (reached[-1] + counts.mean()))
    return float(scores[order][min(place, len(scores) - 1)])


@functools.cache
def load() -> Calibration:
    """Return the calibration of the package."""
    found: dict[str, Any] = json.loads(resources.files("bench.advise").joinpath("calibration.json").read_text())
    return Calibration(
        found["version"],
        found["curves"],
        tuple(found["reaches"]),
        {float(level): tuple(values) for level, values in found["quantiles"].items()},
        {float(level): value for level, value in found["quality"].items()},
    )
