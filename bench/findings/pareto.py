"""The Pareto front of time and quality: the cases that no other beats in one without losing in the other; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case, cost


def front(cases: Sequence[Case]) -> list[Case]:
    """Return the cases on the front, the fastest first: each next one is slower and better.

    Args:
        cases: The cases, of one problem; those without a time or its first grade are never on it.
    """
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

    Args:
        cases: The cases.
    """
    timed = sorted((case for case in cases if cost(case)), key=lambda case: cost(case) or 0.0)
    found: dict[str, Case] = {}
    for case in timed:
        found.setdefault(case.family, case)
    return list(found.values())
