"""Keeps the plan to the time there is: cheap warm-ups first, and then the cheapest cases that answer most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.gate.measuring.measurements import CaseMeasurements
from bench.gate.request import Key
from bench.stats.looks import Rules

# Pairs that an unchanged case takes on average, noisy or not; simulated: 5.3 to 10.
USUAL_PAIRS = 8
WARM_UP_SHARE = 0.4  # of the budget, that the warm-ups may take before whoever has not had one is left out


def cheapest_first(cases: Sequence[CaseMeasurements], walls: Mapping[Key, float]) -> list[CaseMeasurements]:
    """Return cases in the order of their warm-ups, so that time runs out on the dearest; equals stay in their order.

    Args:
        cases: The cases.
        walls: Wall seconds of a run of each, as far as an earlier run says; what it does not know comes later, and of
            that first what is not distributed, which starts no cluster.
    """

    def rank(measured: CaseMeasurements) -> tuple[bool, float, bool]:
        wall = walls.get(measured.case.key)
        return wall is None, wall or 0.0, measured.case.baseline.strategy.distributed

    return sorted(cases, key=rank)


def cut(
    cases: Sequence[CaseMeasurements], seconds: float, rules: Rules
) -> tuple[list[CaseMeasurements], list[CaseMeasurements]]:
    """Return the cases that there is time for, and those that are left out.

    First comes the cheapest case of each kind, so that each kind is answered for: a kind is what is learned and whether
    it is distributed. Then all others, the cheapest first. Time is kept back to confirm the most expensive case.

    Args:
        cases: Warmed-up cases, so that it is known what a pair of each takes.
        seconds: What is left of the budget.
        rules: The numbers of the procedure.
    """
    by_cost = sorted(cases, key=lambda measured: measured.pair_s)
    kinds: dict[tuple[str, ...], CaseMeasurements] = {}
    for measured in by_cost:
        kinds.setdefault(_kind(measured), measured)
    first = list(kinds.values())
    kept: list[CaseMeasurements] = []
    for measured in [*first, *(other for other in by_cost if other not in first)]:
        tried = [*kept, measured]
        if _usual_s(tried, rules) <= seconds:
            kept = tried
    names: set[Key] = {measured.case.key for measured in kept}
    return [m for m in cases if m.case.key in names], [m for m in cases if m.case.key not in names]


def _usual_s(cases: Sequence[CaseMeasurements], rules: Rules) -> float:
    """Return the seconds that cases take if none but the dearest stands out at the first look and is confirmed."""
    pairs = [measured.pair_s for measured in cases]
    return (sum(pairs) - max(pairs)) * USUAL_PAIRS + max(pairs) * (rules.first_pairs + rules.confirm_pairs)


def _kind(measured: CaseMeasurements) -> tuple[str, ...]:
    strategy = measured.case.baseline.strategy
    task, dataset = measured.case.key[1:3]
    return measured.case.family, task, dataset, "distributed" if strategy.distributed else "one process"
