"""Median grades of some trials, and whether they are worse than they may be; pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from bench.records.directory import Record

# How much worse a grade may be than the baseline's: more than repeats of one case differ by, and far less than what a
# broken trainer loses (`bench/datasets/makers/synthetic.py` has the figures of broken ones).
TOLERANCE = {"auc": 0.005, "log_loss": 0.01}
BETTER = {"auc": 1, "log_loss": -1}  # whether more is better
NAMES = {"auc": "AUC", "log_loss": "log loss"}


def grades(records: Iterable[Record]) -> dict[str, float]:
    """Return the median of each grade over some records.

    Args:
        records: Records with status ``ok``.
    """
    graded = [record["quality"] for record in records if record["quality"]]
    names = dict.fromkeys(name for quality in graded for name in quality if name in TOLERANCE)
    return {name: statistics.median(quality[name] for quality in graded if name in quality) for name in names}


def worse_grades(candidate: dict[str, float], reference: dict[str, float]) -> list[str]:
    """Return a part of a sentence for each grade that is worse than the reference by more than the tolerance.

    Args:
        candidate: Out of `grades`.
        reference: The same of what it must reach.
    """
    return [
        f"{NAMES[name]} is {candidate[name]:.4f} and was {reference[name]:.4f}"
        for name, tolerance in TOLERANCE.items()
        if name in candidate and name in reference and BETTER[name] * (reference[name] - candidate[name]) > tolerance
    ]
