"""Finds cases of one family that differ where all of its strategies come to one answer, but for rounding; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bench.families import family_of
from bench.findings.cases import Case

Named = tuple[str, Case]


def disagreements(named: Iterable[Named]) -> list[str]:
    """Return a sentence for each family whose cases lie farther apart than the tolerance of their first grade.

    Args:
        named: Names for people, and cases of one task, one dataset and one set of settings.
    """
    graded: dict[str, list[tuple[float, str, Case]]] = defaultdict(list)
    for name, case in named:
        if family_of(case.family).one_answer and (grade := case.grade) is not None:
            graded[case.family].append((grade, name, case))
    return [said for family, cases in graded.items() if (said := _disagreement(family, cases))]


def _disagreement(family: str, cases: list[tuple[float, str, Case]]) -> str:
    (least, low, case), (most, high, _) = (choose(cases, key=lambda found: found[0]) for choose in (min, max))
    metric = case.problem.metrics[0]
    allowed = metric.allowance(least)
    if most - least <= allowed:
        return ""
    by, most_by = most - least, allowed
    unit = ""
    if metric.relative and least:
        by, most_by, unit = 100 * by / abs(least), 100 * metric.tolerance, " %"
    return (
        f"Strategies of the family {family} come to one answer within {most_by:g}{unit} of the {metric.label}, and "
        f"{low} with {metric.shown(least)} and {high} with {metric.shown(most)} lie {by:.2g}{unit} apart: one of them "
        "did not do the same work."
    )
