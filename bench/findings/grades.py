"""Median grades of some trials, and whether they are worse by more than the tolerance; pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

from bench.problems import Grading
from bench.records.directory import Record
from bench.tasks import grading_of


def grades(records: Iterable[Record]) -> dict[str, float]:
    """Return the median of each grade over some records.

    Args:
        records: Records with status ``ok``, of one task and problem.
    """
    graded = [record for record in records if record["quality"]]
    names = [metric.name for record in graded[:1] for metric in grading_of(record["trial"]).metrics]
    found = {name: [record["quality"][name] for record in graded if name in record["quality"]] for name in names}
    return {name: statistics.median(values) for name, values in found.items() if values}


def worse_grades(candidate: Mapping[str, float], reference: Mapping[str, float], grading: Grading) -> list[str]:
    """Return a part of a sentence for each grade that is worse than the reference by more than the tolerance.

    Args:
        candidate: Out of `grades`.
        reference: The grades that the candidate must reach.
        grading: What both are graded by.
    """
    return [
        f"{metric.label} is {metric.shown(candidate[metric.name])} and was {metric.shown(reference[metric.name])}"
        for metric in grading.metrics
        if metric.name in candidate
        and metric.name in reference
        and metric.better * (reference[metric.name] - candidate[metric.name]) > metric.allowance(reference[metric.name])
    ]
