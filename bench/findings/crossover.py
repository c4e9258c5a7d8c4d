"""From how many rows on one strategy beats another; pure.

At each size that was measured the ratio of their times is known with its interval. Between two sizes the ratio is taken
to follow a power of the number of rows (a straight line in logarithms). The crossover is where that line passes 1. Its
interval holds the sizes at which a test at 5 % could not tell the two apart: from where the first end of the ratio's
interval passes 1 to where the other does. Nobody knows which way the ratio takes between two sizes: the interval also
holds where these ends pass if both times are straight lines, as most are. Nothing is said beyond the sizes that were
measured.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.stats import ratio


@dataclass(frozen=True)
class Crossover:
    """The number of rows at which B begins to beat A.

    Attributes:
        a: Name of the one that is faster on fewer rows.
        b: Name of the one that is faster on more.
        rows: The number of rows from which on B is the faster; None: not within the range measured.
        low: Rows from which B may be the faster; None where that is below the range, or unknown.
        high: Rows from which B surely is the faster; None where that is above the range, or unknown.
        known: Whether there is an interval: there is none where a size has too few repeats.
        times_at_most: B's time over A's at the largest size, where B is not the faster within the range.
    """

    a: str
    b: str
    rows: float | None
    low: float | None = None
    high: float | None = None
    known: bool = False
    times_at_most: float | None = None


def crossover(a: str, b: str, seconds: Mapping[int, tuple[Sequence[float], Sequence[float]]]) -> Crossover | None:
    """Return the crossover of A and B, None where B is the faster at the smallest size already or there is one size.

    Args:
        a: Name of the one.
        b: Name of the other.
        seconds: For each number of rows the seconds of the repeats of A and of B.
    """
    sizes = sorted(seconds)
    if len(sizes) < 2:
        return None
    ratios = [ratio(*seconds[size]) for size in sizes]
    estimate = [math.log(each.estimate) for each in ratios]
    if estimate[0] < 0:
        return None
    rows = _passes(sizes, estimate)
    if rows is None:
        return Crossover(a, b, None, times_at_most=ratios[-1].estimate)
    lows = [math.log(each.low) for each in ratios if each.low is not None]
    highs = [math.log(each.high) for each in ratios if each.high is not None]
    known = len(lows) == len(highs) == len(sizes)
    if not known:
        return Crossover(a, b, rows)
    times = [statistics.median(seconds[size][0]) for size in sizes]
    low, high = (
        [found for passes in (_passes(sizes, ends), _passes_straight(sizes, times, ends)) if (found := passes)]
        for ends in (lows, highs)
    )
    return Crossover(a, b, rows, min(low, default=None), max(high, default=None), known)


def _passes(sizes: Sequence[int], values: Sequence[float]) -> float | None:
    """Return where logarithms of ratios go below 0 for good; None where they start or end on one side."""
    if (last := _last_above(values)) is None:
        return None
    x0, x1 = math.log(sizes[last]), math.log(sizes[last + 1])
    y0, y1 = values[last], values[last + 1]
    return math.exp(x0 + (x1 - x0) * y0 / (y0 - y1))


def _passes_straight(sizes: Sequence[int], times: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the same where A's times and B's are straight lines between two sizes; of A the times are given."""
    if (last := _last_above(values)) is None:
        return None
    x0, x1 = sizes[last], sizes[last + 1]
    y0, y1 = (times[place] * math.expm1(values[place]) for place in (last, last + 1))  # by how much B takes longer
    return x0 + (x1 - x0) * y0 / (y0 - y1)


def _last_above(values: Sequence[float]) -> int | None:
    """Return the place of the last value that is not below 0; None where values start or end on one side."""
    if values[-1] >= 0 or values[0] < 0:
        return None
    return max(index for index, value in enumerate(values) if value >= 0)
