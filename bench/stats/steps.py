"""Finds the nights at which a series of log-ratios steps: E-divisive, with a t-test in place of its permutations.

Sources:

- Matteson and James, Journal of the American Statistical Association 109 (2014) 334-345: E-divisive. A segment is split
  where the energy distance between what lies before and after, weighted by both lengths, is greatest; and so on in
  both parts.
- Daly, Brown, Ingo, O'Leary and Bradford, ICPE 2020: E-divisive on a benchmark's nights, with one candidate for each
  night and the whole rest of the segment as its second part.
- Fleming, Kolaczkowski, Kumar, Das, McCarthy, Pattabhiraman and Ingo, ICPE 2023 ("Hunter"): a t-test on both sides of a
  split instead of permutations, which would give another answer each time; windows, so that the distant past does not
  change today's steps; and small steps merged away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

WINDOW = 60  # nights that are looked at together
LEVEL = 1e-4  # p-value that a step does not exceed
# The same for a split on the way, whose parts may hold another step that hides it. A slowdown that is undone after 15
# nights is found in 27 % with LEVEL, in 73 % with Hunter's ten times that, in 90 % with this; nights without a change
# alarm as rarely as before (0.02 to 0.08 in 100, simulated).
SPLIT_LEVEL = 0.01
LEAST_NIGHTS = 2  # in a segment
LEAST_CHANGE = 0.03
RECENT = 7  # nights in which the beginning of a slower segment is an alarm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """The border between two segments.

    Attributes:
        at: Index of the first night of the new segment.
        ratio: How many times as long it takes from then on.
        p: Two-sided p-value of the t-test between the segments before and after.
    """

    at: int
    ratio: float
    p: float

    @property
    def slower(self) -> bool:
        """Whether it takes longer from then on."""
        return self.ratio > 1


def steps(series: Sequence[float] | Floats) -> tuple[Step, ...]:
    """Return the steps of a series, in the order of its nights.

    Args:
        series: Log-ratios to the pinned reference, one for each night, finite.

    Raises:
        ValueError: One is not finite.
    """
    values = np.asarray(series, np.float64)
    if not np.isfinite(values).all():
        raise ValueError("a log-ratio is a finite number")
    borders: set[int] = set()
    for end in range(len(values), 0, -WINDOW // 2):
        start = max(0, end - WINDOW)
        borders |= {start + border for border in _split(values[start:end])}
        if not start:
            break
    return _merged(values, sorted(borders))


def alarming(found: Sequence[Step], nights: int) -> tuple[Step, ...]:
    """Return the steps to something slower that lie in the last `RECENT` nights.

    Args:
        found: Out of `steps`.
        nights: Length of the series.
    """
    return tuple(step for step in found if step.slower and step.at >= nights - RECENT)


def _split(values: Floats) -> list[int]:
    """Return the borders inside a window, by splitting it and its parts for as long as the t-test tells them apart."""
    if len(values) < 2 * LEAST_NIGHTS:
        return []
    border = strongest_split(values)
    if _p(values[:border], values[border:]) > SPLIT_LEVEL:
        return []
    return [*_split(values[:border]), border, *(border + later for later in _split(values[border:]))]


def strongest_split(values: Floats) -> int:
    """Return the border, `LEAST_NIGHTS` or more from both ends, with the greatest weighted energy distance.

    For parts X and Y of n and m values it is n m / (n + m) times 2 E|X - Y| - E|X - X'| - E|Y - Y'|.

    Args:
        values: Shape (nights,), at least twice `LEAST_NIGHTS`.
    """
    nights = len(values)
    sums = np.zeros((nights + 1, nights + 1))
    sums[1:, 1:] = np.abs(values[:, None] - values).cumsum(axis=0).cumsum(axis=1)
    n = np.arange(LEAST_NIGHTS, nights - LEAST_NIGHTS + 1)
    m = nights - n
    inside = sums[n, n]
    between = sums[n, nights] - inside
    beyond = sums[nights, nights] - 2 * sums[n, nights] + inside
    distance = 2 * between / (n * m) - inside / (n * (n - 1)) - beyond / (m * (m - 1))
    return int(n[np.argmax(n * m / nights * distance)])


def _merged(values: Floats, borders: list[int]) -> tuple[Step, ...]:
    """Take away borders, the least certain first, then the smallest, until all are steps between their neighbours."""
    while found := _between(values, borders):
        doubtful = max(found, key=lambda step: step.p)
        smallest = min(found, key=_change)
        if doubtful.p > LEVEL:
            borders.remove(doubtful.at)
        elif _change(smallest) < LEAST_CHANGE:
            borders.remove(smallest.at)
        else:
            break
    return tuple(found)


def _between(values: Floats, borders: Sequence[int]) -> list[Step]:
    ends = [0, *borders, len(values)]
    found = []
    for start, border, end in zip(ends, borders, ends[2:], strict=False):
        before, after = values[start:border], values[border:end]
        found.append(Step(border, math.exp(after.mean() - before.mean()), _p(before, after)))
    return found


def _change(step: Step) -> float:
    """Return the share by which a step's slower side takes longer than its faster side."""
    return max(step.ratio, 1 / step.ratio) - 1


def _p(before: Floats, after: Floats) -> float:
    """Return the two-sided p-value of Student's t-test, with one variance for both: one side may be two nights."""
    difference = abs(after.mean() - before.mean())
    degrees = len(before) + len(after) - 2
    variance = (before.var() * len(before) + after.var() * len(after)) / degrees
    error = math.sqrt(variance * (1 / len(before) + 1 / len(after)))
    if not error:
        return 0.0 if difference else 1.0
    return float(2 * stdtr(degrees, -difference / error))
