"""Finds the best of several: not a lone winner, but the set of those that cannot be told from the best.

Each is tested for being slower than the one with the best median, by the rank-sum test, and Holm's step-down keeps the
chance that chance alone leaves one out near 5 % (S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70). Near, not
below, because the best median was chosen by looking: where eight are equal, seven measurements of each leave one of
them out in 12 % of cases, and all but one in 0.1 % (`tests/stats/test_best.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.ranksum import Floats, Ratio, p_slower, ratio

LEVEL = 0.05


@dataclass(frozen=True)
class BestSet:
    """The competitors that may be the best, by their measurements.

    Attributes:
        leader: The one with the best median.
        together: Those that cannot be told from the best, the leader first, then by their medians.
        behind: How far each of the others is behind the leader: their time over its, by name, by their medians.
        enough: Whether there are enough measurements to tell any competitor from the leader at all.
    """

    leader: str
    together: tuple[str, ...]
    behind: Mapping[str, Ratio]
    enough: bool

    @property
    def tie(self) -> bool:
        """Whether more than one may be the best."""
        return len(self.together) > 1


def best(seconds: Mapping[str, Sequence[float]]) -> BestSet:
    """Return the set of those that cannot be told from the best.

    Args:
        seconds: The measurements of each, all positive, by name; less is better.

    Raises:
        ValueError: There is no competitor, or one has no measurement or one that is not positive.
    """
    if not seconds or not all(seconds.values()):
        raise ValueError("the best is one of those that were measured")
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    leader, *others = sorted(seconds, key=lambda name: (medians[name], name))
    behind = {name: ratio(seconds[leader], seconds[name]) for name in others}
    refused = holm(np.array([found.p_slower for found in behind.values()]))
    equal = (name for name, told_apart in zip(behind, refused, strict=True) if not told_apart)
    least = [1 / math.comb(found.n_a + found.n_b, found.n_b) for found in behind.values()]
    return BestSet(leader, (leader, *equal), behind, enough=bool(np.any(holm(np.array(least)))))


def repeats_needed(number: int) -> int:
    """Return the measurements of each that it takes before any of them can be told from the best.

    Args:
        number: How many are compared.
    """
    repeats = 1
    while 1 / math.comb(2 * repeats, repeats) > LEVEL / max(1, number - 1):
        repeats += 1
    return repeats


def not_told_apart(seconds: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Do what `best` does for many comparisons at once.

    Args:
        seconds: Shape (comparisons, competitors, measurements), without ties.

    Returns:
        Whether each is in the set, shape (comparisons, competitors).
    """
    leaders = np.median(seconds, axis=-1).argmin(axis=-1)
    rows = np.arange(len(seconds))
    p = p_slower(seconds[rows, leaders][:, None, :], seconds)
    p[rows, leaders] = np.inf  # comes last, and is never refused
    return ~holm(p, tests=seconds.shape[1] - 1)


def holm(p: Floats, tests: int | None = None) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which hypotheses Holm's step-down refuses at `LEVEL`.

    Args:
        p: Their p-values, shape (..., hypotheses).
        tests: How many of them count as tests; all if not given.

    Returns:
        Shape (..., hypotheses).
    """
    tests = p.shape[-1] if tests is None else tests
    order = np.argsort(p, axis=-1)
    steps = LEVEL / np.maximum(1, tests - np.arange(p.shape[-1]))
    refused = np.logical_and.accumulate(np.take_along_axis(p, order, axis=-1) <= steps, axis=-1)
    result = np.empty_like(refused)
    np.put_along_axis(result, order, refused, axis=-1)
    return result
