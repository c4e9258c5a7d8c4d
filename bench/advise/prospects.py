"""Forecasts every contender, refuses those of whom nothing can be said, and decides among the others; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.advise.contenders import Contender
from bench.advise.crossing import Crossing, crossings
from bench.advise.decide import FARTHEST, NEGLIGIBLE, Decision, chances, decide
from bench.advise.forecast import Forecast, Forecaster, forecaster
from bench.advise.memory import judge
from bench.advise.quality import GradeForecast, forecast_grade
from bench.advise.refusal import Refusal, of_error, of_grade, of_reach, of_records, of_terms, surely_slower, usable
from bench.advise.stated import NOTHING, StatedTerms
from bench.problems import Metric
from bench.writing import figures

LEAST_SIZES = 3  # of a look at all sizes but the largest


@dataclass(frozen=True)
class Prospect:
    """What is known of a contender at the size asked for.

    Attributes:
        contender: The contender.
        time: Its seconds; None where nothing is said.
        memory: Its peak memory, in bytes; None where nothing is said.
        grade: Its first grade; None where it has none, or too few sizes.
        chance: Its chance to be the fastest, where it has a time.
        refusal: Why nothing is said of it.
    """

    contender: Contender
    time: Forecast | None = None
    memory: Forecast | None = None
    grade: GradeForecast | None = None
    chance: float | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Field:
    """All contenders, and the decision.

    Attributes:
        prospects: The contenders: those with a forecast from fast to slow, then the refused by name.
        decision: The recommendation; None where nobody is left to recommend.
        crossings: Where others would overtake the best.
    """

    prospects: tuple[Prospect, ...]
    decision: Decision | None
    crossings: tuple[Crossing, ...]


@dataclass(frozen=True)
class GradeAim:
    """The grade that answers must have to be compared by time.

    Attributes:
        metric: The grade.
        counts: Whether answers differ, so that time alone is no answer.
        least: The grade that will do; None for a little worse than the best that is expected.
    """

    metric: Metric
    counts: bool = True
    least: float | None = None

    def asked(self, grades: Sequence[float]) -> float | None:
        """Return the grade that is asked for, None where any will do.

        Args:
            grades: Those that are expected of all contenders.
        """
        if not self.counts or not grades:
            return None
        if self.least is not None:
            return self.least
        return self.metric.good_enough(max(grades, key=lambda grade: self.metric.better * grade))


@dataclass(frozen=True)
class _Outlook:
    """What the measurements of one contender allow to say."""

    contender: Contender
    refusal: Refusal | None = None
    memory: Forecast | None = None
    law: Forecaster | None = None
    time: Forecast | None = None
    grade: GradeForecast | None = None
    before: Forecast | None = None  # from all sizes but the largest of the field

    @property
    def expected_grade(self) -> float | None:
        """The grade that is expected, or that of the largest size, where it has too few sizes for a forecast."""
        return self.grade.estimate if self.grade else self.contender.largest.case.grade


def survey(
    measured: Sequence[Contender],
    asked: float,
    room: float | None,
    aim: GradeAim,
    stated: Mapping[str, StatedTerms],
    *,
    gpus: bool,
) -> Field:
    """Return what is known of all contenders at a size, and the decision.

    Args:
        measured: The contenders, of one machine; at least one.
        asked: The rows that are asked for, of those that the task works on.
        room: Bytes of memory that a trial may use; None where nobody knows.
        aim: The grade that counts.
        stated: The terms that strategies state, by their names.
        gpus: Whether the machine has any.
    """
    top = max(each.largest.at.rows for each in measured)
    looks = [
        _outlook(each, asked, top, room, stated.get(each.strategy, NOTHING), aim.metric, gpus=gpus) for each in measured
    ]
    least = aim.asked([each.expected_grade for each in looks if each.time and each.expected_grade is not None])
    outlooks = [
        replace(each, refusal=each.refusal or of_grade(each.expected_grade, least, aim.metric)) for each in looks
    ]
    left = {each.contender.name: each for each in outlooks if each.time and not each.refusal}
    if not left:
        return Field(tuple(_prospect(each, {}) for each in outlooks), None, ())
    times = {name: each.time for name, each in left.items() if each.time}
    before = {name: each.before for name, each in left.items() if each.before}
    decision = decide(times, before, _open_rivals(outlooks, times, least, aim.metric))
    found = crossings(decision.best, {name: each.law for name, each in left.items() if each.law}, asked)
    prospects = [_prospect(each, decision.chances) for each in outlooks]
    prospects.sort(key=lambda each: (each.refusal is not None, each.time.estimate if each.time else 0.0))
    return Field(tuple(prospects), decision, tuple(found))


def _outlook(
    contender: Contender,
    asked: float,
    top: float,
    room: float | None,
    stated: StatedTerms,
    metric: Metric,
    *,
    gpus: bool,
) -> _Outlook:
    """Return what one contender's measurements say: memory before time."""
    if refusal := of_records(contender, gpus):
        return _Outlook(contender, refusal)
    verdict = judge(contender, asked, room, stated.memory)
    points, terms = usable(contender, gpus), stated.time
    if refusal := verdict.refusal or of_terms(points, terms):
        return _Outlook(contender, refusal)
    law = forecaster(points, terms)
    time = law.at(asked)
    smaller = [point for point in points if point.at.rows < top]
    enough = len({point.at.rows for point in smaller}) >= LEAST_SIZES
    before = forecaster(smaller, terms).at(asked) if enough else None
    if time.reach > FARTHEST:
        refusal = of_reach(contender, time.reach, asked, _told(law.at(asked / FARTHEST).estimate))
    else:
        refusal = of_error(contender, time.own_error)
    grades = {rung.at.rows: rung.case.grade for rung in contender.rungs if rung.case.grade is not None}
    return _Outlook(contender, refusal, verdict.need, law, time, forecast_grade(grades, asked, metric), before)


def _open_rivals(
    outlooks: Sequence[_Outlook], times: Mapping[str, Forecast], least: float | None, metric: Metric
) -> list[str]:
    """Return the refused that may be the fastest for all that is known.

    Args:
        outlooks: All contenders.
        times: Of those that are not refused.
        least: The grade that is asked for; None where any will do.
        metric: The grade's kind.
    """
    known = chances({each.contender.name: each.time for each in outlooks if each.time})
    most_s = min(times.values(), key=lambda time: time.estimate).high95
    return [
        each.contender.name
        for each in outlooks
        if each.refusal
        and each.refusal.leaves_it_open
        and not of_grade(each.expected_grade, least, metric)
        and not surely_slower(each.contender, most_s)
        and known.get(each.contender.name, 1.0) >= NEGLIGIBLE
    ]


def _prospect(outlook: _Outlook, known: Mapping[str, float]) -> Prospect:
    contender = outlook.contender
    if outlook.refusal:
        return Prospect(contender, refusal=outlook.refusal)
    return Prospect(contender, outlook.time, outlook.memory, outlook.grade, known[contender.name])


def _told(seconds: float) -> str:
    """Return how long a contender takes, for people."""
    return f"about {figures.seconds(seconds)}" if seconds < 120 else f"about {seconds / 60:,.0f} min"
