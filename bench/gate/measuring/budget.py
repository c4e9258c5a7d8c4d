"""Fits the plan into the budget: cheap warm-ups first, then the cheapest case of each kind, then the other cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.gate.measuring.measurements import CaseMeasurements
from bench.gate.request import Key
from bench.stats.looks import Rules

# Pairs that an unchanged case takes on average, noisy or not; simulated: 5.3 to 10.
USUAL_PAIRS = 8
WARM_UP_SHARE = 0.4  # of the budget: after it, cases without a warm-up are left out


def cheapest_first(cases: Sequence[CaseMeasurements], walls: Mapping[Key, float]) -> list[CaseMeasurements]:
    """Return cases in the order of their warm-ups, the most expensive last; equal ones stay in their order.

    Args:
        cases: The cases.
        walls: Wall seconds of a run of each case, out of an earlier run. Cases without such a figure come after the
            others; among them, distributed ones come last, since they start a cluster.
    """

    def rank(measured: CaseMeasurements) -> tuple[bool, float, bool]:
        wall = walls.get(measured.case.key)
        return wall is None, wall or 0.0, measured.case.baseline.strategy.distributed

    return sorted(cases, key=rank)


def cut(
    cases: Sequence[CaseMeasurements], seconds: float, rules: Rules
) -> tuple[list[CaseMeasurements], list[CaseMeasurements]]:
    """Return the cases that fit into the time left, and those that do not.

    The cheapest case of each kind comes first, so that each kind gets a verdict: a kind is a family, task and dataset,
    in one process or distributed. All others follow, the cheapest first. Time is kept to confirm the most expensive.

    Args:
        cases: Warmed-up cases: the warm-ups give the seconds of a pair.
        seconds: The rest of the budget.
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
    """Return the seconds that cases take if only the most expensive stands out at the first look and is confirmed."""
    pairs = [measured.pair_s for measured in cases]
    return (sum(pairs) - max(pairs)) * USUAL_PAIRS + max(pairs) * (rules.first_pairs + rules.confirm_pairs)


def _kind(measured: CaseMeasurements) -> tuple[str, ...]:
    strategy = measured.case.baseline.strategy
    task, dataset = measured.case.key[1:3]
    return measured.case.family, task, dataset, "distributed" if strategy.distributed else "one process"
