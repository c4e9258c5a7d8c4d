"""Sentences on what an answer gives and costs beside its time: quality and the start of a session; pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.findings.cases import Case, cost
from bench.findings.names import case_name
from bench.report.phrases import NAMED, others
from bench.writing import figures

NEAR_BEST = 0.01  # AUC: by default, so much less than the best measured still counts as the quality that was asked for

Point = tuple[str, str]


def quality(good: Sequence[Case], aucs: dict[Case, float], asked: float | None, wanted: bool) -> list[Point]:
    """Return the quality that was asked for, the cases that miss it, and the time that the best quality takes.

    Args:
        good: The cases that reach it.
        aucs: The AUC of each case.
        asked: The AUC that was asked for; None where none was.
        wanted: Whether a person asked for it; else it is `NEAR_BEST` below the best.
    """
    if asked is None:
        return []
    how = "as asked for" if wanted else f"the best measured less {NEAR_BEST}"
    below = [case for case in aucs if case not in good]
    names = [case_name(case) for case in below[:NAMED]] + others([case_name(case) for case in below])
    missed = f" Below that: {figures.names(names)}." if names else ""
    leader, top = min(good, key=_seconds), max(aucs, key=lambda case: aucs[case])
    gain = aucs[top] - aucs.get(leader, 0.0)
    price = (
        f" The best is {case_name(top)}: {gain:.4f} more, in {figures.seconds(cost(top))}." if gain >= 0.00005 else ""
    )
    return [("Quality", f"An AUC of at least {asked:.4f}, {how}.{missed}{price}")]


def lesser(good: Sequence[Case], measured: Sequence[Case]) -> list[Point]:
    """Return the fastest of all cases, where it misses the quality that was asked for.

    Args:
        good: The cases that reach it.
        measured: All cases.
    """
    fastest = min(measured, key=_seconds)
    if fastest in good:
        return []
    return [("With less quality", f"{case_name(fastest)} is faster: {seconds_to_model(fastest)}.")]


def start_up(good: Sequence[Case]) -> Point:
    """Return the fastest case for a person who starts a session for this one job.

    Args:
        good: The cases that reach the quality that was asked for.
    """
    leader, first = min(good, key=_seconds), min(good, key=_job_s)
    if first is leader:
        rest = "still the least" if len(good) > 1 else "all in all"
        return "Start-up included", f"{case_name(leader)} takes {figures.seconds(_job_s(leader))}, {rest}."
    return (
        "Start-up included",
        f"{case_name(first)} takes the least, {figures.seconds(_job_s(first))}; "
        f"{case_name(leader)} {figures.seconds(_job_s(leader))}.",
    )


def _job_s(case: Case) -> float:
    """Return the median seconds from the start of a process to a model, start-up of the session included.

    Args:
        case: The case.
    """
    names = ("start", "setup", "train")
    return float(statistics.median(sum(record["phases"].get(name, 0.0) for name in names) for record in case.ok))


def seconds_to_model(case: Case) -> str:
    """Return the time to a model, and its AUC.

    Args:
        case: The case.
    """
    auc = case.median("quality", "auc")
    return f"{figures.seconds(cost(case))} to a model{'' if auc is None else f' with AUC {auc:.4f}'}"


def _seconds(case: Case) -> float:
    return cost(case) or 0.0
