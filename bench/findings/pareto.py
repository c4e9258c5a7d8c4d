"""The Pareto front of time and quality: the cases that no other beats in one without losing in the other; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case, cost
from bench.findings.ranking import disturbed_cases


def front(cases: Sequence[Case]) -> list[Case]:
    """Return the cases on the front, the fastest first: each next one is slower and better.

    There is none where a case was disturbed: undisturbed it may lie before all others.

    Args:
        cases: The cases, of one problem; those without a time or its first grade are never on it.
    """
    if disturbed_cases(cases):
        return []
    placed = [
        (seconds, case.problem.metrics[0].better * grade, case)
        for case in cases
        if (seconds := cost(case)) and (grade := case.grade) is not None
    ]
    found: list[Case] = []
    best = float("-inf")
    for _, goodness, case in sorted(placed, key=lambda point: (point[0], -point[1])):
        if goodness > best:
            found.append(case)
            best = goodness
    return found


def fastest_of_each_family(cases: Sequence[Case]) -> list[Case]:
    """Return the fastest case of each family, the fastest first: what an MLP costs beside boosted trees.

    A family of which a case was disturbed is left out.

    Args:
        cases: The cases.
    """
    timed = sorted((case for case in cases if cost(case)), key=lambda case: cost(case) or 0.0)
    found: dict[str, Case] = {}
    unknown = {case.family for case in disturbed_cases(cases)}
    for case in timed:
        if case.family not in unknown:
            found.setdefault(case.family, case)
    return list(found.values())
