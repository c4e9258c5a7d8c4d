"""Compares two samples of seconds: the Hodges-Lehmann ratio, the exact rank-sum test, and the interval that inverts it.

All work is on log time, where "10 % slower" is one distance whatever the case takes. Sources:

- Mann and Whitney, Annals of Mathematical Statistics 18 (1947) 50-60: the statistic U and its exact distribution.
- Hodges and Lehmann, Annals of Mathematical Statistics 34 (1963) 598-611: the median of all differences, and
- Moses, in Walker and Lev, Statistical Inference (1953), chapter 18: the differences that are the ends of its interval.
- Streitberg and Roehmel, Statistical Software Newsletter 12 (1986) 10-17: the exact distribution, with ties too.
- Noether, Journal of the American Statistical Association 62 (1967) 184-188: with ties the closed interval
  covers at least as often as without.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
EXACT_UP_TO = 50  # measurements in the larger sample; above, the normal approximation is right to three digits

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """The ratio of B's time to A's, and its uncertainty.

    Attributes:
        estimate: The ratio: 1.10 means that B takes 10 % longer.
        low: Lower end of its 95 % interval; None where the samples are too small for one (less than 4 and 4).
        high: Upper end of it.
        p: Two-sided p-value of "there is no difference".
        p_slower: One-sided p-value for B being slower: small where it is.
        p_faster: One-sided p-value for B being faster.
        n_a: Measurements of A.
        n_b: Measurements of B.
    """

    estimate: float
    low: float | None
    high: float | None
    p: float
    p_slower: float
    p_faster: float
    n_a: int
    n_b: int


def ratio(a: Sequence[float], b: Sequence[float]) -> Ratio:
    """Compare two samples.

    Args:
        a: Seconds of the baseline, each positive.
        b: Seconds of the candidate, each positive.

    Raises:
        ValueError: A sample is empty, or a value is not positive.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    slower, faster = float(p_slower(first, second)), float(p_slower(second, first))
    low, high = (float(end) for end in intervals(first, second))
    bounded = math.isfinite(high)
    return Ratio(
        estimate=float(estimates(first, second)),
        low=low if bounded else None,
        high=high if bounded else None,
        p=min(1.0, 2 * min(slower, faster)),
        p_slower=slower,
        p_faster=faster,
        n_a=first.size,
        n_b=second.size,
    )


def estimates(a: ArrayLike, b: ArrayLike) -> Floats:
    """Return the Hodges-Lehmann ratios, exp(median over i, j of log b_j - log a_i).

    Args:
        a: Seconds, shape (..., n).
        b: Seconds, shape (..., m).

    Returns:
        Shape (...).
    """
    medians: Floats = np.exp(np.median(_differences(a, b), axis=-1))
    return medians


def intervals(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return the ratios that a two-sided test would not refuse: the ends of the intervals.

    Args:
        a: Seconds, shape (..., n).
        b: Seconds, shape (..., m).
        level: How often such intervals must hold the truth, at least.

    Returns:
        Lower and upper ends, each of shape (...); 0 and infinity where the samples are too small for the level.
    """
    differences = np.sort(_differences(a, b), axis=-1)
    cut = critical(np.shape(a)[-1], np.shape(b)[-1], (1 - level) / 2)
    if cut < 0:
        return np.zeros(differences.shape[:-1]), np.full(differences.shape[:-1], np.inf)
    return np.exp(differences[..., cut]), np.exp(differences[..., -1 - cut])


def p_slower(a: ArrayLike, b: ArrayLike) -> Floats:
    """Return the one-sided p-values for b being slower than a.

    Args:
        a: Seconds, shape (..., n).
        b: Seconds, shape (..., m).

    Returns:
        Shape (...). Exact, with ties too, up to `EXACT_UP_TO` measurements in a sample.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    n, m = first.shape[-1], second.shape[-1]
    if max(n, m) > EXACT_UP_TO:
        from scipy.stats import mannwhitneyu

        approximate: Floats = mannwhitneyu(second, first, alternative="greater", method="asymptotic", axis=-1).pvalue
        return approximate
    below = (_differences(first, second) < 0).sum(axis=-1)
    p = np.asarray(cumulative(n, m)[below])
    cases = np.broadcast_shapes(first.shape[:-1], second.shape[:-1])
    pooled = np.concatenate([np.broadcast_to(first, (*cases, n)), np.broadcast_to(second, (*cases, m))], axis=-1)
    tied = (np.diff(np.sort(pooled, axis=-1), axis=-1) == 0).any(axis=-1)
    for index in np.argwhere(tied):
        p[tuple(index)] = _p_tied(pooled[tuple(index)], n)
    return p


def _p_tied(pooled: Floats, n: int) -> float:
    """Return the p-value for the last of the pooled values being greater than the first n, given the ties."""
    from scipy.stats import rankdata

    doubled = np.rint(2 * rankdata(pooled)).astype(int)  # a tie's mid-rank may end in a half
    chances = _sums(tuple(sorted(doubled.tolist())), n)
    return float(min(1.0, chances[: doubled[:n].sum() + 1].sum()))


def _differences(a: ArrayLike, b: ArrayLike) -> Floats:
    """Return log b_j - log a_i for all i and j, shape (..., n * m)."""
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if not first.size or not second.size:
        raise ValueError("a sample without measurements cannot be compared")
    if not all(np.all(np.isfinite(sample) & (sample > 0)) for sample in (first, second)):
        raise ValueError("only positive seconds have a ratio")
    differences: Floats = np.log(second)[..., None, :] - np.log(first)[..., :, None]
    return differences.reshape(*differences.shape[:-2], -1)


@functools.cache
def cumulative(n: int, m: int) -> Floats:
    """Return the chances of U <= 0, 1, ..., n * m where samples of n and m differ by nothing but chance.

    U is the number of pairs, one of each sample, in which the second is the lower.
    """
    chances = _sums(tuple(range(1, n + m + 1)), n)[n * (n + 1) // 2 :]
    return np.minimum(1.0, np.cumsum(chances))


def critical(n: int, m: int, chance: float) -> int:
    """Return the greatest u for which U <= u has no more than a chance, -1 where there is none.

    Args:
        n: Size of the one sample.
        m: Size of the other.
        chance: The one-sided chance.
    """
    if max(n, m) > EXACT_UP_TO:
        from scipy.stats import norm

        spread = math.sqrt(n * m * (n + m + 1) / 12)
        return math.floor(n * m / 2 - 0.5 + float(norm.ppf(chance)) * spread)
    # A hair's breadth for rounding: 1/40 is a chance of 0.025.
    return int(np.searchsorted(cumulative(n, m), chance * (1 + 1e-9), side="right")) - 1


def _sums(ranks: tuple[int, ...], n: int) -> Floats:
    """Return the chance of each sum that n of the ranks can have, all choices being equally likely; by index.

    Counts are only ever added to each other, so that nothing cancels.
    """
    counts = np.zeros((n + 1, sum(ranks[-n:]) + 1))
    counts[0, 0] = 1
    for rank in ranks:
        counts[1:, rank:] += counts[:-1, : counts.shape[1] - rank].copy()
    chances: Floats = counts[n] / math.comb(len(ranks), n)
    return chances
