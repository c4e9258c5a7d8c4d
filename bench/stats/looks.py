"""The rules of the gate's procedure, on arrays: the result of each look at the pairs of a case, and its confirmation.

The same functions judge many simulated cases in the tests of the error rates (`tests/stats/test_sequential.py`) and one
case in a real night. p-values are one-sided: 5 and 5 measurements that do not overlap at all have 1/252 = 0.00397.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bench.stats.ranksum import Floats, estimates, intervals, p_slower

LookResults = NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """The numbers of the procedure; p-values are one-sided, ratios candidate over baseline.

    Attributes:
        first_pairs: Pairs before the first look.
        all_pairs: Pairs before the second look.
        confirm_pairs: Fresh pairs that confirm.
        first_p: At most this p flags a case at the first look.
        second_p: The same at the second look.
        confirm_p: The same for the confirmation.
        flag_ratio: Only ratios above this are flagged.
        stop_ratio: Below this the first look goes no further after a slowdown, and no confirmation confirms.
        threshold: A case is ``ok`` if it is surely less than this much slower, as a share.
        first_power: Slowdown in units of the noise (standard deviation of log time in one arm) that the first look
            flags in 80 % of cases, from 40,000 simulated ones.
        second_power: The same for the second look.
    """

    first_pairs: int = 5
    all_pairs: int = 10
    confirm_pairs: int = 10
    first_p: float = 0.004
    second_p: float = 0.008
    confirm_p: float = 0.05
    flag_ratio: float = 1.03
    stop_ratio: float = 1.015
    threshold: float = 0.10
    first_power: float = 3.15
    second_power: float = 1.65


class LookResult(IntEnum):
    """The result of a look: a verdict, or the next step."""

    OK = 0
    INCONCLUSIVE = 1
    REGRESSION = 2
    IMPROVEMENT = 3
    SLOWER = 4  # stands out: confirm
    FASTER = 5  # stands out: confirm
    MORE = 6  # may be slower: 5 more pairs
    ASSURE = 7  # no sign of a slowdown, but too noisy for `ok`: 5 more pairs, if there is time for them


def first_look(a: Floats, b: Floats, rules: Rules) -> LookResults:
    """Return the result for each case after the first pairs.

    Args:
        a: Seconds of the baseline, shape (cases, pairs).
        b: Seconds of the candidate, same shape.
        rules: The numbers of the procedure.
    """
    found = estimates(a, b)
    # A case that looks faster is not settled either: an improvement is found as a slowdown is.
    settled = (found >= 1 / rules.stop_ratio) & (_ok(a, b, rules, rules.first_power) == LookResult.OK)
    return np.select(
        [
            _stands_out(a, b, rules.first_p, rules),
            _stands_out(b, a, rules.first_p, rules),
            found >= rules.stop_ratio,
            settled,
        ],
        [LookResult.SLOWER, LookResult.FASTER, LookResult.MORE, LookResult.OK],
        LookResult.ASSURE,
    )


def second_look(a: Floats, b: Floats, rules: Rules) -> LookResults:
    """Return the result for each case after all pairs; arguments as for `first_look`."""
    return np.select(
        [_stands_out(a, b, rules.second_p, rules), _stands_out(b, a, rules.second_p, rules)],
        [LookResult.SLOWER, LookResult.FASTER],
        _ok(a, b, rules, rules.second_power),
    )


def confirm(a: Floats, b: Floats, direction: LookResults, rules: Rules) -> LookResults:
    """Return the verdict on each case that stood out.

    Args:
        a: Seconds of the baseline in the fresh pairs, shape (cases, pairs).
        b: Seconds of the candidate, same shape.
        direction: ``SLOWER`` or ``FASTER``, shape (cases,).
        rules: The numbers of the procedure.
    """
    slower = (p_slower(a, b) <= rules.confirm_p) & (estimates(a, b) > rules.stop_ratio)
    faster = (p_slower(b, a) <= rules.confirm_p) & (estimates(b, a) > rules.stop_ratio)
    return np.select(
        [(direction == LookResult.SLOWER) & slower, (direction == LookResult.FASTER) & faster],
        [LookResult.REGRESSION, LookResult.IMPROVEMENT],
        _ok(a, b, rules, rules.second_power),
    )


def noise(a: Floats, b: Floats) -> Floats:
    """Return the standard deviation of log time within an arm, pooled over both; about the coefficient of variation.

    Args:
        a: Seconds, shape (cases, pairs).
        b: Seconds, same shape.
    """
    pooled: Floats = np.sqrt((np.log(a).var(axis=-1, ddof=1) + np.log(b).var(axis=-1, ddof=1)) / 2)
    return pooled


def _stands_out(a: Floats, b: Floats, p: float, rules: Rules) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (p_slower(a, b) <= p) & (estimates(a, b) > rules.flag_ratio)
    return result


def _ok(a: Floats, b: Floats, rules: Rules, power: float) -> LookResults:
    """Return ``OK`` where a slowdown of the threshold is out of the question, and would have been seen, else not.

    The upper bound alone would let a slowdown of just the threshold pass in 2 % of nights, however noisy: `ok` for want
    of power. So the noise must also be low enough for a look of these pairs to find such a slowdown.
    """
    _, high = intervals(a, b)
    limit = math.log1p(rules.threshold)
    fine = (np.log(high) < limit) & (power * noise(a, b) <= limit)
    return np.where(fine, int(LookResult.OK), int(LookResult.INCONCLUSIVE))
