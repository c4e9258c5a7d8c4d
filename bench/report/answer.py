"""The answer: which strategies cannot be told from the fastest, at what quality, by how much they lead, how sure it is.

Pure: sentences out of cases.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.findings.cases import Case, cost, samples
from bench.findings.groups import Group
from bench.findings.names import case_name
from bench.findings.noise import busy_share
from bench.stats import Best, Ratio, best, repeats_needed
from bench.tasks import TASKS
from bench.writing import figures

NAMED = 4  # so many are named one by one

Point = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """What a group of trials says to who has to decide.

    Attributes:
        headline: What to use, a sentence or two.
        points: Why, and how sure that is: pairs of a word or two and a sentence.
        caution: What speaks against trusting it, a sentence each.
        chosen: Names of the cases that cannot be told from the fastest; empty where there is no evidence.
        asked: The grade that was asked for, the first of the problem; None where quality does not tell them apart.
    """

    headline: str
    points: tuple[Point, ...] = ()
    caution: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    asked: float | None = None


def answers(group: Group, quality: float | None) -> list[Answer]:
    """Return the answer of a group; two, for who scores one given model and for who scores with its own.

    Args:
        group: The group.
        quality: The grade that is asked for, the first of the problem; None for a little worse than the best measured.
    """
    measured = [case for case in group.contenders if samples(case)]
    if not measured:
        return [Answer("Nothing was measured: every strategy was skipped or did not end well.")]
    if TASKS[group.task].weighs_quality:
        return [_by_quality(measured, quality)]
    shared = [case for case in measured if case.ok[0]["trial"].get("model")]
    own = [case for case in measured if case not in shared]
    parts = (("To score one given Keras model, ", shared), ("To score with a model of its own, ", own))
    return [_told(where, part, measured, _rows_per_second) for where, part in parts if part]


def _by_quality(measured: Sequence[Case], wanted: float | None) -> Answer:
    metric = measured[0].problem.metrics[0]
    graded = {case: grade for case in measured if (grade := case.grade) is not None}
    top = max(graded, key=lambda case: metric.better * graded[case], default=None)
    asked = wanted if wanted is not None or top is None else graded[top] - metric.better * metric.near
    good = [case for case in measured if asked is None or (case in graded and metric.reaches(graded[case], asked))]
    if not good:
        most = f"the best is {case_name(top)} with {metric.shown(graded[top])}" if top else "nothing has one"
        what = f"{metric.article} {metric.label} of {metric.shown(asked)}"
        return Answer(f"Nothing reaches {what}: {most}.", caution=_busy(measured), asked=asked)
    more = [*_quality(good, graded, asked, wanted is not None), *_lesser(good, measured), _start_up(good)]
    return _told("", good, measured, _seconds_to_model, more, asked)


def _told(
    where: str,
    good: Sequence[Case],
    measured: Sequence[Case],
    show: Callable[[Case], str],
    more: Sequence[Point] = (),
    asked: float | None = None,
) -> Answer:
    """Say who leads among the good, and on what evidence."""
    by_name: dict[str, Case] = {}
    for case in good:
        name = case_name(case)
        while name in by_name:  # names that differ in what cannot be shown only
            name += "'"
        by_name[name] = case
    found = best({name: samples(case) for name, case in by_name.items()})
    figure = show(by_name[found.leader])
    repeats = sorted({len(samples(case)) for case in good})
    caution = (*_busy(measured), *_several_runs(good), *_failures([by_name[name] for name in found.together]))
    if len(by_name) == 1:
        headline = (
            f"use {found.leader}: {figure}. Nothing else was measured{'' if asked is None else ' at that quality'}."
        )
        points = [("How sure", _once(repeats))]
    elif not found.enough:
        headline = f"the fastest was {found.leader}: {figure}. That is no evidence yet."
        points = [("How sure", _no_evidence(repeats, len(by_name))), ("Lead", _lead(found))]
        return Answer(_sentence(where, headline), (*points, *more), caution, (), asked)
    elif found.tie:
        names = [*found.together[:NAMED], *_others(found.together)]
        headline = f"use {' or '.join(names)}: {figure}. Which of them is the fastest is too close to call."
        points = [
            ("How sure", _evidence(repeats)),
            ("Too close to call", _close(found)),
            ("Lead", _lead(found)),
        ]
    else:
        headline = f"use {found.leader}: {figure}. Nothing else is as fast."
        points = [("How sure", _evidence(repeats)), ("Lead", _lead(found))]
    said = tuple((word, sentence) for word, sentence in (*points, *more) if sentence)
    return Answer(_sentence(where, headline), said, caution, found.together, asked)


def _sentence(where: str, headline: str) -> str:
    return f"{where}{headline}" if where else headline[0].upper() + headline[1:]


def _others(names: Sequence[str]) -> list[str]:
    return [f"{len(names) - NAMED} others"] if len(names) > NAMED else []


def _seconds_to_model(case: Case) -> str:
    metric, grade = case.problem.metrics[0], case.grade
    graded = "" if grade is None else f" with {metric.label} {metric.shown(grade)}"
    return f"{figures.seconds(cost(case))} to a model{graded}"


def _rows_per_second(case: Case) -> str:
    return f"{figures.whole(case.median('rows_per_s'))} rows/s"


def _lead(found: Best) -> str:
    """Say how far the first is behind that is not among the fastest."""
    out = [name for name in found.behind if not found.enough or name not in found.together]
    if not out:
        return ""
    return f"The next, {out[0]}, took {_factor(found.behind[out[0]])} times as long as {found.leader}."


def _factor(ratio: Ratio) -> str:
    if ratio.low is None:
        return figures.times(ratio.estimate)
    return f"{figures.times(ratio.estimate)} (95 % interval {figures.times(ratio.low)} to {figures.times(ratio.high)})"


def _close(found: Best) -> str:
    ratios = [f"{name} took {_factor(found.behind[name])} times as long" for name in found.together[1 : NAMED + 1]]
    return f"Against {found.leader}, {figures.names(ratios)}."


def _number(repeats: Sequence[int]) -> str:
    least, most = repeats[0], repeats[-1]
    if least == most:
        return "One repeat" if most == 1 else f"{most} repeats"
    return f"{least} to {most} repeats"


def _evidence(repeats: Sequence[int]) -> str:
    return f"{_number(repeats)} of each case, told apart by the rank-sum test with Holm's correction at 5 %."


def _once(repeats: Sequence[int]) -> str:
    return "One repeat is no evidence about noise." if repeats[-1] == 1 else f"{_number(repeats)}."


def _no_evidence(repeats: Sequence[int], number: int) -> str:
    """Say why nothing is known, and how many repeats would change that."""
    if repeats[-1] == 1:
        why = "One repeat is no evidence about noise: two runs of the same code differ by 10 % and more."
    else:
        why = f"{_number(repeats)} cannot tell any of {number} cases from the fastest at 5 %, whatever the figures."
    return f"{why} With `--repeat {repeats_needed(number)}` they can, where they differ by more than the noise."


def _quality(good: Sequence[Case], graded: dict[Case, float], asked: float | None, wanted: bool) -> list[Point]:
    """Say what quality was asked for, which cases miss it, and what the best costs."""
    if asked is None:
        return []
    metric = good[0].problem.metrics[0]
    up = metric.better > 0
    how = "as asked for" if wanted else f"the best measured {'less' if up else 'plus'} {metric.near}"
    missing = [case for case in graded if case not in good]
    names = [case_name(case) for case in missing[:NAMED]] + _others([case_name(case) for case in missing])
    missed = f" {'Below' if up else 'Above'} that: {figures.names(names)}." if names else ""
    leader, top = min(good, key=_time), max(graded, key=lambda case: metric.better * graded[case])
    gain = metric.better * (graded[top] - graded.get(leader, 0.0))
    price = ""
    if gain >= 0.5 * 10**-metric.digits:
        difference = f"{metric.shown(gain)} {'more' if up else 'less'}"
        price = f" The best is {case_name(top)}: {difference}, in {figures.seconds(cost(top))}."
    bound = "least" if up else "most"
    what = f"{metric.article.capitalize()} {metric.label} of at {bound} {metric.shown(asked)}"
    return [("Quality", f"{what}, {how}.{missed}{price}")]


def _time(case: Case) -> float:
    return cost(case) or 0.0


def _lesser(good: Sequence[Case], measured: Sequence[Case]) -> list[Point]:
    fastest = min(measured, key=_time)
    if fastest in good:
        return []
    return [("With less quality", f"{case_name(fastest)} is faster: {_seconds_to_model(fastest)}.")]


def _start_up(good: Sequence[Case]) -> Point:
    """Say who is first for somebody who starts a session for this one job."""
    leader, first = min(good, key=_time), min(good, key=job_s)
    if first is leader:
        rest = "still the least" if len(good) > 1 else "all in all"
        return "Start-up included", f"{case_name(leader)} takes {figures.seconds(job_s(leader))}, {rest}."
    return (
        "Start-up included",
        f"{case_name(first)} takes the least, {figures.seconds(job_s(first))}; "
        f"{case_name(leader)} {figures.seconds(job_s(leader))}.",
    )


def job_s(case: Case) -> float:
    """Return the median seconds from the start of a process to a model, start-up of the session included."""
    names = ("start", "setup", case.kind.measured)
    return float(statistics.median(sum(record["phases"].get(name, 0.0) for name in names) for record in case.ok))


def _busy(measured: Sequence[Case]) -> tuple[str, ...]:
    said = busy_share([record for case in measured for record in case.ok])
    return (f"{said} Repeat it on a quiet machine.",) if said else ()


def _several_runs(good: Sequence[Case]) -> tuple[str, ...]:
    number = len({record["run"] for case in good for record in case.ok})
    if number == 1:
        return ()
    return (
        f"These trials come from {number} runs, which were not interleaved: "
        "a difference between cases of different runs may be the machine's.",
    )


def _failures(chosen: Sequence[Case]) -> tuple[str, ...]:
    return tuple(
        f"{case_name(case)} ended well in {len(case.ok)} of {len(case.records)} trials only."
        for case in chosen
        if len(case.ok) < len(case.records)
    )
