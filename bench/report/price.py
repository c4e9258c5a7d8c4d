"""Sentences on the quality of an answer, and on its cost beside its time, the start of a session; pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.findings.cases import Case, cost
from bench.findings.names import case_name
from bench.findings.ranking import disturbed_cases
from bench.problems import Metric
from bench.report.phrases import NAMED, others
from bench.writing import figures

Remark = tuple[str, str]


def quality(good: Sequence[Case], graded: dict[Case, float], asked: float | None, wanted: bool) -> list[Remark]:
    """Return the quality that was asked for, the cases that miss it, and the time that the best quality takes.

    Args:
        good: The cases that reach it.
        graded: The grade of each case, the first of the problem.
        asked: The grade that was asked for; None where none was.
        wanted: Whether a person asked for it; else it is a little worse than the best.
    """
    if asked is None:
        return []
    metric = good[0].problem.metrics[0]
    up = metric.better > 0
    how = _how(metric, wanted)
    missing = [case for case in graded if case not in good]
    names = [case_name(case) for case in missing[:NAMED]] + others([case_name(case) for case in missing])
    missed = f" {'Below' if up else 'Above'} that: {figures.names(names)}." if names else ""
    leader, top = min(good, key=_seconds), max(graded, key=lambda case: metric.better * graded[case])
    price = ""
    if metric.shown(graded[leader]) != metric.shown(graded[top]):
        gain = metric.better * (graded[top] - graded[leader])
        difference = f"{metric.shown(gain)} {'more' if up else 'less'}"
        price = f" The best is {case_name(top)}: {difference}, in {_time(top)}."
    return [("Quality", f"{_bound(metric, asked)}, {how}.{missed}{price}")]


def bound(metric: Metric, asked: float | None, wanted: bool) -> list[Remark]:
    """Return the quality that was asked for, and nothing about times.

    Args:
        metric: The problem's first grade.
        asked: The grade that was asked for; None where none was.
        wanted: Whether a person asked for it; else it is a little worse than the best.
    """
    return [] if asked is None else [("Quality", f"{_bound(metric, asked)}, {_how(metric, wanted)}.")]


def _bound(metric: Metric, asked: float) -> str:
    least = "least" if metric.better > 0 else "most"
    return f"{metric.article.capitalize()} {metric.label} of at {least} {metric.shown(asked)}"


def _how(metric: Metric, wanted: bool) -> str:
    return "as asked for" if wanted else f"the best measured {metric.near_shown}"


def lesser(good: Sequence[Case], measured: Sequence[Case]) -> list[Remark]:
    """Return the fastest of all cases, where it misses the quality that was asked for.

    Args:
        good: The cases that reach it.
        measured: All cases.
    """
    fastest = min(measured, key=_seconds)
    if fastest in good or disturbed_cases(measured):
        return []
    return [("With less quality", f"{case_name(fastest)} is faster: {time_and_grade(fastest)}.")]


def start_up(good: Sequence[Case]) -> Remark:
    """Return the fastest case for a person who starts a session for this one job; none where others disturbed a start.

    Args:
        good: The cases that reach the quality that was asked for.
    """
    jobs = {case: seconds for case in good if (seconds := _job_s(case)) is not None}
    if len(jobs) < len(good):
        number = f"{len(good) - len(jobs)} of {len(good)} cases" if len(good) > 1 else "it"
        return "Start-up included", f"Not known: others disturbed {number} in each start-up."
    leader, first = min(good, key=_seconds), min(jobs, key=lambda case: jobs[case])
    if first is leader:
        rest = "still the least" if len(good) > 1 else "all in all"
        return "Start-up included", f"{case_name(leader)} takes {figures.seconds(jobs[leader])}, {rest}."
    return (
        "Start-up included",
        f"{case_name(first)} takes the least, {figures.seconds(jobs[first])}; "
        f"{case_name(leader)} {figures.seconds(jobs[leader])}.",
    )


def _job_s(case: Case) -> float | None:
    """Return the median seconds from the start of a process to the end of the measured hook, set-up included.

    Args:
        case: The case.

    Returns:
        None where others disturbed one of these phases in every trial.
    """
    names = ("start", "setup", case.kind.measured)
    quiet = case.undisturbed_in(*names)
    found = [sum(record["phases"].get(name, 0.0) for name in names) for record in quiet]
    return statistics.median(found) if found else None


def time_and_grade(case: Case) -> str:
    """Return the time that a case takes, when it is at its task's milestone, and its grade, in words.

    Args:
        case: The case.
    """
    metric, grade = case.problem.metrics[0], case.grade
    graded = "" if grade is None else f" with {metric.label} {metric.shown(grade)}"
    midway = case.median("time_to_model_s") if case.kind.milestone else None
    passed = "" if midway is None else f" ({figures.seconds(midway)} {case.kind.milestone})"
    return f"{_time(case)} {case.kind.result}{passed}{graded}"


def _seconds(case: Case) -> float:
    return cost(case) or 0.0


def _time(case: Case) -> str:
    return figures.seconds(case.kind.scaled(_seconds(case), case.kind.axis_rows))
