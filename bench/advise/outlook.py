"""Says what the measurements of one contender allow to say of it at a size; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.advise.calibration import Calibration
from bench.advise.contenders import Contender
from bench.advise.decide import FARTHEST
from bench.advise.fit import held_out_error, in_range, no_terms
from bench.advise.forecast import Forecast, Forecaster, forecaster
from bench.advise.hosts import Host, Rooms
from bench.advise.memory import judge
from bench.advise.quality import GradeForecast, forecast_grade
from bench.advise.refusal import (
    MOST_DISTURBED,
    Refusal,
    of_error,
    of_limits,
    of_reach,
    of_records,
    of_terms,
    usable,
)
from bench.advise.stated import StatedTerms
from bench.problems import Metric
from bench.writing import figures

LEAST_SIZES = 3  # of a look at all sizes but the largest


@dataclass(frozen=True)
class Outlook:
    """What the measurements of one contender allow to say.

    Attributes:
        contender: The contender.
        refusal: Why nothing is said of it; None where it may be recommended.
        memory: Its peak memory, in bytes; None where nothing is said.
        law: The forecaster of its time; None where it has too few sizes.
        time: Its seconds, be it beyond the reach; None where it has too few sizes, or memory forbids it.
        grade: Its first grade; None where it has none, or too few sizes.
        before: Its time, as forecast from all sizes but the largest of the field; None where these are too few.
        need: The forecaster of its peak memory; None where that is unknown.
        host: The host that its memory is of: on a cluster the one that it comes nearest to filling.
        usual_error: Of a strategy that states its terms, the error at its own largest sizes with the usual ones; None
            where it states none, or has too few sizes.
    """

    contender: Contender
    refusal: Refusal | None = None
    memory: Forecast | None = None
    law: Forecaster | None = None
    time: Forecast | None = None
    grade: GradeForecast | None = None
    before: Forecast | None = None
    need: Forecaster | None = None
    host: Host = "driver"
    usual_error: float | None = None

    def stays_disturbed(self, larger: int) -> bool:
        """Return whether others disturbed so many sizes that nothing is said even if they disturb no more.

        Args:
            larger: Sizes that could be measured yet.
        """
        if self.refusal is None or self.refusal.code != "disturbed":
            return False
        return len(self.contender.disturbed) >= MOST_DISTURBED * (len(self.contender.rungs) + larger)

    @property
    def expected_grade(self) -> float | None:
        """The grade that is expected, or that of the largest size, where it has too few sizes for a forecast."""
        return self.grade.estimate if self.grade else self.contender.largest.case.grade


def outlook(
    contender: Contender,
    asked: float,
    top: float,
    rooms: Rooms,
    stated: StatedTerms,
    metric: Metric,
    table: Calibration | None = None,
    *,
    gpus: bool,
) -> Outlook:
    """Return what one contender's measurements say: ceilings and memory before time.

    Args:
        contender: The contender.
        asked: The rows that are asked for, of those that the task works on.
        top: The largest size of the field.
        rooms: Bytes of memory that a trial may use.
        stated: The terms that its strategy states.
        metric: The first grade.
        table: The calibration of times; the package's own if not given.
        gpus: Whether the machine has any.
    """
    there = replace(contender.largest.at, rows=asked)
    if refusal := of_limits(contender, there, stated.limits) or of_records(contender, gpus):
        return Outlook(contender, refusal)
    verdict = judge(contender, asked, rooms, stated.memory)
    points, terms = usable(contender, gpus), stated.time
    if refusal := verdict.refusal or of_terms(points, terms):
        return Outlook(contender, refusal, need=verdict.law, host=verdict.host)
    law = forecaster(points, terms, table=table)
    time = law.at(asked)
    smaller = [point for point in points if point.at.rows < top]
    enough = len({point.at.rows for point in smaller}) >= LEAST_SIZES
    before = forecaster(smaller, terms, table=table).at(asked) if enough else None
    if time.reach > FARTHEST:
        refusal = of_reach(contender, time.reach, asked, _told(law.at(asked / FARTHEST).estimate))
    else:
        refusal = of_error(contender, time.own_error)
    grade = grade_of(contender, asked, metric)
    usual = held_out_error(in_range(points)) if terms is not no_terms else None
    return Outlook(contender, refusal, verdict.need, law, time, grade, before, verdict.law, verdict.host, usual)


def grade_of(contender: Contender, asked: float, metric: Metric) -> GradeForecast | None:
    """Return the grade that is expected of a contender; None where it has none, or too few sizes.

    Args:
        contender: The contender.
        asked: The rows that are asked for, of those that the task works on.
        metric: The grade.
    """
    grades = {rung.at.rows: rung.case.grade for rung in contender.rungs if rung.case.grade is not None}
    return forecast_grade(grades, asked, metric)


def _told(seconds: float) -> str:
    """Return how long a contender takes, for people."""
    return f"about {figures.seconds(seconds)}" if seconds < 120 else f"about {seconds / 60:,.0f} min"
