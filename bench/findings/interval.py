"""The interval of a case's own median, from the order of its repeats alone: no noise model is assumed.

The interval between the k-th smallest and the k-th largest of n values holds the median with probability
1 - 2 P(Binomial(n, 1/2) < k), whatever the distribution (W. R. Thompson, Annals of Mathematical Statistics 7 (1936)
122-128). Of those that reach 95 % the narrowest is taken; less than six values reach it with none, so the interval
is then from the smallest to the largest, with the confidence that it has.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """The interval of a median.

    Attributes:
        low: Lower end.
        high: Upper end.
        confidence: How often such an interval holds the median, 0 to 1.
    """

    low: float
    high: float
    confidence: float


def of_median(values: Sequence[float]) -> Interval | None:
    """Return the interval, None where there is one value: it says nothing about noise.

    Args:
        values: The repeats.
    """
    if len(values) < 2:
        return None
    ordered = sorted(values)
    k, missed = _narrowest(len(values))
    return Interval(ordered[k - 1], ordered[len(values) - k], 1 - missed)


def confidence(number: int) -> float:
    """Return how often the interval of so many repeats holds the median.

    Args:
        number: At least 2.
    """
    return 1 - _narrowest(number)[1]


@functools.cache
def _narrowest(number: int) -> tuple[int, float]:
    """Return k, and how often the interval between the k-th values from both ends misses the median."""
    outside = 2 * 0.5**number  # for k = 1
    taken, missed = 1, outside
    for k in range(2, number // 2 + 1):
        outside += 2 * math.exp(_log_choose(number, k - 1) - number * math.log(2))
        if outside > 1 - LEVEL:
            break
        taken, missed = k, outside
    return taken, missed


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
