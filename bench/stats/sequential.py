"""The gate's procedure for one case: when to look, when to measure more, and the verdict.

Pure: it takes measurements and knows nothing of their source. A case is looked at after 5 pairs and, unless it is
settled, after 10; whatever stands out is measured again in 10 fresh pairs, which alone count, since the pairs that made
it stand out are biased by having done so. The rules of each look are in `bench.stats.looks`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.stats.looks import LookResult, Rules, confirm, first_look, noise, second_look
from bench.stats.ranksum import Floats, Ratio, ratio

Stage = Literal["look", "more", "confirm", "assure"]
VerdictWord = Literal["regression", "improvement", "ok", "inconclusive"]


@dataclass(frozen=True)
class PairRequest:
    """A request for more pairs.

    Attributes:
        stage: The stage that needs them.
        pairs: Number of pairs still missing before the next look.
    """

    stage: Stage
    pairs: int


@dataclass(frozen=True)
class Verdict:
    """The verdict of a night on a case.

    Attributes:
        outcome: ``regression`` and ``improvement`` are confirmed; ``ok`` is surely no slowdown of the threshold;
            ``inconclusive`` is none of these.
        ratio: The ratio of the pairs that count: the confirmation's where there was one; None before any pair.
        smallest_change: The smallest slowdown, as a share, that these pairs would have flagged in 80 % of such nights;
            None before the first look.
        flagged: Whether the case had stood out.
    """

    outcome: VerdictWord
    ratio: Ratio | None
    smallest_change: float | None
    flagged: bool


@dataclass(frozen=True)
class Pairs:
    """Measured pairs, in the order in which they were measured.

    Attributes:
        a: Seconds of the baseline.
        b: Seconds of the candidate.
    """

    a: Sequence[float] = ()
    b: Sequence[float] = ()

    def __len__(self) -> int:
        return min(len(self.a), len(self.b))

    def first(self, number: int) -> tuple[Floats, Floats]:
        """Return the first pairs as arrays of shape (1, number)."""
        return np.array([self.a[:number]], np.float64), np.array([self.b[:number]], np.float64)


def next_step(screening: Pairs, confirmation: Pairs, rules: Rules) -> PairRequest | Verdict:
    """Return the next step of a case: more pairs, or its verdict.

    Args:
        screening: The pairs of the first and the second look.
        confirmation: The fresh pairs after a case had stood out.
        rules: The numbers of the procedure.
    """
    measured = len(screening)
    if measured < rules.first_pairs:
        return PairRequest("look", rules.first_pairs - measured)
    found = LookResult(first_look(*screening.first(rules.first_pairs), rules)[0])
    if found in (LookResult.MORE, LookResult.ASSURE):
        if measured < rules.all_pairs:
            return PairRequest("more" if found == LookResult.MORE else "assure", rules.all_pairs - measured)
        found = LookResult(second_look(*screening.first(rules.all_pairs), rules)[0])
    else:
        measured = rules.first_pairs
    if found not in (LookResult.SLOWER, LookResult.FASTER):
        return _verdict(found, screening, measured, rules)
    if len(confirmation) < rules.confirm_pairs:
        return PairRequest("confirm", rules.confirm_pairs - len(confirmation))
    direction = np.array([found])
    found = LookResult(confirm(*confirmation.first(rules.confirm_pairs), direction, rules)[0])
    return _verdict(found, confirmation, rules.confirm_pairs, rules, flagged=True)


def cut_short(screening: Pairs, confirmation: Pairs, rules: Rules) -> Verdict:
    """Return the verdict on a case for which there is no time left: the one of its pairs, or ``inconclusive``.

    Args:
        screening: The pairs of the first and the second look.
        confirmation: The fresh pairs after a case had stood out.
        rules: The numbers of the procedure.
    """
    step = next_step(screening, confirmation, rules)
    if isinstance(step, Verdict):
        return step
    if step.stage == "confirm" and len(confirmation):
        return _verdict(LookResult.INCONCLUSIVE, confirmation, len(confirmation), rules, flagged=True)
    return _verdict(LookResult.INCONCLUSIVE, screening, len(screening), rules, flagged=step.stage == "confirm")


def _verdict(found: LookResult, pairs: Pairs, number: int, rules: Rules, *, flagged: bool = False) -> Verdict:
    if not number:
        return Verdict("inconclusive", None, None, flagged)
    a, b = pairs.first(number)
    seen = None
    if number >= rules.first_pairs:
        power = rules.second_power if number >= rules.all_pairs else rules.first_power
        seen = max(rules.flag_ratio - 1, math.expm1(power * float(noise(a, b)[0])))
    outcomes: dict[LookResult, VerdictWord] = {
        LookResult.OK: "ok",
        LookResult.INCONCLUSIVE: "inconclusive",
        LookResult.REGRESSION: "regression",
        LookResult.IMPROVEMENT: "improvement",
    }
    return Verdict(outcomes[found], ratio(a[0], b[0]), seen, flagged)
