"""Forecasts every contender, refuses those of whom nothing can be said, and decides among the others; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.advise.calibration import Calibration
from bench.advise.contenders import Contender
from bench.advise.crossing import Crossing, crossings
from bench.advise.decide import NEGLIGIBLE, Decision, chances, decide
from bench.advise.forecast import Forecast, Forecaster
from bench.advise.hosts import Host, Rooms
from bench.advise.outlook import Outlook, outlook
from bench.advise.quality import GradeAim, GradeForecast
from bench.advise.refusal import Refusal, of_grade, surely_slower
from bench.advise.stated import NOTHING, StatedTerms
from bench.advise.worker_counts import on_more_workers
from bench.problems import Metric


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
        law: How its seconds grow, where it has a time.
        need: How its memory grows; also of one that is refused for want of memory.
        before: Its seconds, from all sizes but the largest of the field; None where these are too few.
        beyond_s: The order of magnitude of its seconds, one digit, where the size is beyond the reach; else None.
        host: The host that ``memory`` is of: on a cluster the one that it comes nearest to filling.
        usual_error: Of one that states its terms, its own error with the usual ones; None where that is unknown.
        stated_error: Its own error with the terms that it states; None as above.
    """

    contender: Contender
    time: Forecast | None = None
    memory: Forecast | None = None
    grade: GradeForecast | None = None
    chance: float | None = None
    refusal: Refusal | None = None
    law: Forecaster | None = None
    need: Forecaster | None = None
    before: Forecast | None = None
    beyond_s: float | None = None
    host: Host = "driver"
    usual_error: float | None = None
    stated_error: float | None = None


@dataclass(frozen=True)
class Field:
    """All contenders, and the decision.

    Attributes:
        prospects: The contenders: those with a forecast from fast to slow, then the refused by name.
        decision: The recommendation; None where nobody is left to recommend.
        crossings: Where others would overtake the best.
        looks: What each contender's measurements allow to say, with the times of those that are refused.
        least_grade: The grade that is asked for; None where any will do.
    """

    prospects: tuple[Prospect, ...]
    decision: Decision | None
    crossings: tuple[Crossing, ...]
    looks: tuple[Outlook, ...] = ()
    least_grade: float | None = None


@dataclass(frozen=True)
class SurveyInput:
    """What a survey is made from, so that it can be made again with other memory.

    Attributes:
        measured: The contenders, of one machine; at least one.
        asked: The rows that are asked for, of those that the task works on.
        aim: The grade that counts.
        stated: The terms that strategies state, by their names.
        gpus: Whether the machine has any.
        unmeasured: Names of those that were to be measured and never were.
        counts: Numbers of workers that are asked for, beyond those measured.
        table: The calibration of times; None for the package's own.
    """

    measured: tuple[Contender, ...]
    asked: float
    aim: GradeAim
    stated: Mapping[str, StatedTerms]
    gpus: bool
    unmeasured: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    table: Calibration | None = None

    def field(self, rooms: Rooms) -> Field:
        """Return what is known of all contenders.

        Args:
            rooms: Bytes of memory that a trial may use.
        """
        more = self.unmeasured, self.counts, self.table
        return survey(self.measured, self.asked, rooms, self.aim, self.stated, *more, gpus=self.gpus)


def survey(
    measured: Sequence[Contender],
    asked: float,
    rooms: Rooms,
    aim: GradeAim,
    stated: Mapping[str, StatedTerms],
    unmeasured: Sequence[str] = (),
    counts: Sequence[int] = (),
    table: Calibration | None = None,
    *,
    gpus: bool,
) -> Field:
    """Return what is known of all contenders at a size, and the decision.

    Args:
        measured: The contenders, of one machine; at least one.
        asked: The rows that are asked for, of those that the task works on.
        rooms: Bytes of memory that a trial may use.
        aim: The grade that counts.
        stated: The terms that strategies state, by their names.
        unmeasured: Names of those that were to be measured and never were, so that they may be the fastest.
        counts: Numbers of workers that are asked for, beyond those measured of each strategy.
        table: The calibration of times; the package's own if not given.
        gpus: Whether the machine has any.
    """
    top = max(each.largest.at.rows for each in measured)
    looks = [
        outlook(each, asked, top, rooms, stated.get(each.strategy, NOTHING), aim.metric, table, gpus=gpus)
        for each in measured
    ]
    for group in _shared(measured) if counts else ():
        known = stated.get(group[0].strategy, NOTHING)
        measured_counts = {each.workers for each in group}
        more = [count for count in counts if count not in measured_counts]
        looks += [on_more_workers(group, count, asked, rooms, known, aim.metric, table, gpus=gpus) for count in more]
    least = aim.asked([each.expected_grade for each in looks if each.time and each.expected_grade is not None])
    outlooks = [
        replace(each, refusal=each.refusal or of_grade(each.expected_grade, least, aim.metric)) for each in looks
    ]
    left = {each.contender.name: each for each in outlooks if each.time and not each.refusal}
    if not left:
        return Field(tuple(_prospect(each, {}) for each in outlooks), None, (), tuple(outlooks), least)
    times = {name: each.time for name, each in left.items() if each.time}
    before = {name: each.before for name, each in left.items() if each.before}
    decision = decide(times, before, [*_open_rivals(outlooks, times, least, aim.metric), *unmeasured])
    found = crossings(decision.best, {name: each.law for name, each in left.items() if each.law}, asked)
    prospects = [_prospect(each, decision.chances) for each in outlooks]
    prospects.sort(key=lambda each: (each.refusal is not None, each.time.estimate if each.time else 0.0))
    return Field(tuple(prospects), decision, tuple(found), tuple(outlooks), least)


def _shared(measured: Sequence[Contender]) -> list[list[Contender]]:
    """Return the contenders of each strategy that workers share, by strategy."""
    groups: dict[str, list[Contender]] = {}
    for each in measured:
        groups.setdefault(each.strategy, []).append(each)
    return [group for group in groups.values() if max(each.workers for each in group) > 1]


def _open_rivals(
    outlooks: Sequence[Outlook], times: Mapping[str, Forecast], least: float | None, metric: Metric
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


def _prospect(look: Outlook, known: Mapping[str, float]) -> Prospect:
    stated = look.law.own_error if look.law else None
    if look.refusal:
        far = look.time.estimate if look.time and look.refusal.code == "reach" else None
        beyond_s = float(f"{far:.0e}") if far else None
        return Prospect(
            look.contender,
            refusal=look.refusal,
            need=look.need,
            host=look.host,
            beyond_s=beyond_s,
            usual_error=look.usual_error,
            stated_error=stated,
        )
    return Prospect(
        look.contender,
        look.time,
        look.memory,
        look.grade,
        known[look.contender.name],
        law=look.law,
        need=look.need,
        before=look.before,
        host=look.host,
        usual_error=look.usual_error,
        stated_error=stated,
    )
