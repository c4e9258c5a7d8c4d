"""The answer: the strategies that cannot be told from the fastest, in sentences out of cases; pure.

`bench.report.evidence` says how sure that is, `bench.report.price` what quality and start-up come with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.findings.agreement import disagreements
from bench.findings.cases import Case, samples, times
from bench.findings.groups import Group
from bench.findings.names import case_name
from bench.findings.ranking import SURVIVES, disturbed_cases, remedy, why_unranked
from bench.report import evidence, price
from bench.report.phrases import NAMED, others
from bench.report.price import Remark
from bench.stats import best
from bench.tasks import TASKS
from bench.writing import figures


@dataclass(frozen=True)
class Answer:
    """The answer of a group of trials to a person who has to decide.

    Attributes:
        headline: The strategy to use, in a sentence or two.
        points: The reasons, and how sure they are: pairs of a word or two and a sentence.
        caution: The reasons against trusting it, a sentence each.
        chosen: Names of the cases that cannot be told from the fastest; empty where there is no evidence.
        asked: The grade that was asked for, the first of the problem; None where quality does not tell them apart.
    """

    headline: str
    points: tuple[Remark, ...] = ()
    caution: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    asked: float | None = None


def answers(group: Group, quality: float | None) -> list[Answer]:
    """Return the answer of a group: one, or two where some strategies score a given model and some their own.

    Args:
        group: The group.
        quality: The grade that is asked for, the first of the problem; None for a little worse than the best measured.
    """
    known = *evidence.busy(group.contenders), *disagreements((case_name(case), case) for case in group.contenders)
    return [replace(answer, caution=(*known, *answer.caution)) for answer in _answers(group, quality)]


def _answers(group: Group, quality: float | None) -> list[Answer]:
    measured = [case for case in group.contenders if times(case)]
    if not measured:
        return [Answer("Nothing was measured: every strategy was skipped or did not end well.")]
    if lost := [case for case in disturbed_cases(group.contenders) if not case.ok]:
        return [_unranked("", [*measured, *lost], [])]
    if TASKS[group.task].weighs_quality:
        return [_by_quality(measured, quality)]
    if not TASKS[group.task].scores_given_model:
        return [_told("", measured, _rows_per_second)]
    shared = [case for case in measured if case.ok[0]["trial"].get("model")]
    own = [case for case in measured if case not in shared]
    parts = (("To score one given model, ", shared), ("To score with a model of its own, ", own))
    return [_told(where, part, _rows_per_second) for where, part in parts if part]


def _by_quality(measured: Sequence[Case], wanted: float | None) -> Answer:
    metric = measured[0].problem.metrics[0]
    graded = {case: grade for case in measured if (grade := case.grade) is not None}
    top = max(graded, key=lambda case: metric.better * graded[case], default=None)
    asked = wanted if wanted is not None or top is None else metric.good_enough(graded[top])
    good = [case for case in measured if asked is None or (case in graded and metric.reaches(graded[case], asked))]
    if not good:
        most = f"the best is {case_name(top)} with {metric.shown(graded[top])}" if top else "nothing has one"
        what = f"{metric.article} {metric.label} of {metric.shown(asked)}"
        return Answer(f"Nothing reaches {what}: {most}.", asked=asked)
    if why_unranked(good):
        return _unranked("", good, price.bound(metric, asked, wanted is not None))
    more = [
        *price.quality(good, graded, asked, wanted is not None),
        *price.lesser(good, measured),
        price.start_up(good),
    ]
    return _told("", good, price.time_and_grade, more, asked)


def _told(
    where: str,
    good: Sequence[Case],
    show: Callable[[Case], str],
    more: Sequence[Remark] = (),
    asked: float | None = None,
) -> Answer:
    """Return the answer that the times of the good cases give, with its evidence."""
    if why_unranked(good):
        return _unranked(where, good, [])
    by_name: dict[str, Case] = {}
    for case in good:
        name = case_name(case)
        while name in by_name:  # names that differ only in characters that are not shown
            name += "'"
        by_name[name] = case
    found = best({name: samples(case) for name, case in by_name.items()})
    figure = show(by_name[found.leader])
    repeats = sorted({len(samples(case)) for case in good})
    caution = (
        *evidence.several_runs(good),
        *evidence.failures([by_name[name] for name in found.together]),
    )
    if len(by_name) == 1:
        headline = (
            f"use {found.leader}: {figure}. Nothing else was measured{'' if asked is None else ' at that quality'}."
        )
        points = [("How sure", evidence.alone(repeats))]
    elif not found.enough:
        headline = f"the fastest was {found.leader}: {figure}. That is no evidence yet."
        points = [("How sure", evidence.too_little(repeats, len(by_name))), ("Lead", evidence.lead(found))]
        return Answer(_sentence(where, headline), (*points, *more), caution, (), asked)
    elif found.tie:
        names = [*found.together[:NAMED], *others(found.together)]
        headline = f"use {' or '.join(names)}: {figure}. Which of them is the fastest is too close to call."
        points = [
            ("How sure", evidence.enough(repeats)),
            ("Too close to call", evidence.close(found)),
            ("Lead", evidence.lead(found)),
        ]
    else:
        headline = f"use {found.leader}: {figure}. Nothing else is as fast."
        points = [("How sure", evidence.enough(repeats)), ("Lead", evidence.lead(found))]
    said = tuple((word, sentence) for word, sentence in (*points, *more) if sentence)
    return Answer(_sentence(where, headline), said, caution, found.together, asked)


def _unranked(where: str, good: Sequence[Case], more: Sequence[Remark]) -> Answer:
    """Return the answer where others disturbed a case: no fastest is named."""
    headline = f"this run cannot rank by time: {why_unranked(good)}."
    points = [*more, ("What stands", SURVIVES), ("To rank them", remedy(disturbed_cases(good)[0].records[0]["run"]))]
    return Answer(_sentence(where, headline), tuple(points))


def _sentence(where: str, headline: str) -> str:
    return f"{where}{headline}" if where else headline[0].upper() + headline[1:]


def _rows_per_second(case: Case) -> str:
    return f"{figures.whole(case.median('rows_per_s'))} rows/s"
