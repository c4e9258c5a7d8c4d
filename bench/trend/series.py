"""Turns the nights of a history into one series for each case, with its steps; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bench.stats.steps import RECENT, Step, alarming, steps
from bench.trend.night import Figure, Night, Source


@dataclass(frozen=True)
class Point:
    """A night of a series.

    Attributes:
        at: Time of the measurement, UTC.
        commit: The commit that was measured, if known.
        log: See `bench.trend.night.Figure`.
    """

    at: str
    commit: str | None
    log: float

    @property
    def day(self) -> str:
        """The day of the measurement."""
        return self.at[:10]


@dataclass(frozen=True)
class Change:
    """A step of a series.

    Attributes:
        step: The step in the figures.
        before: The last night before it.
        after: The first night after it.
        alarm: Whether it is a slowdown so recent that a person should look.
    """

    step: Step
    before: Point
    after: Point
    alarm: bool


@dataclass(frozen=True)
class Level:
    """A stretch of nights without a step.

    Attributes:
        first: Index of its first night.
        last: Index of its last night.
        log: Mean of its figures.
    """

    first: int
    last: int
    log: float


@dataclass(frozen=True)
class Series:
    """The nights of a case.

    Attributes:
        case: Its name.
        reference: The pinned revision that figures are ratios to; None where they are seconds.
        points: Its nights, the oldest first.
        changes: Its steps, the oldest first.
        left_out: Earlier nights that cannot be compared with the last: another reference, dataset, or machine.
    """

    case: str
    reference: str | None
    points: tuple[Point, ...]
    changes: tuple[Change, ...]
    left_out: int

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels between its steps."""
        borders = [0, *(change.step.at for change in self.changes), len(self.points)]
        return tuple(
            Level(first, end - 1, math.fsum(point.log for point in self.points[first:end]) / (end - first))
            for first, end in pairwise(borders)
        )

    @property
    def alarms(self) -> tuple[Change, ...]:
        """The steps that a person should look at."""
        return tuple(change for change in self.changes if change.alarm)


def series_of(nights: Sequence[Night]) -> list[Series]:
    """Return a series for each case: those with an alarm first, then by name.

    Args:
        nights: All nights, the oldest first.
    """
    found = [_series(case, nights) for case in {case: None for night in nights for case in night.cases}]
    return sorted(found, key=lambda series: (not series.alarms, series.case))


def _series(case: str, nights: Sequence[Night]) -> Series:
    with_it = [night for night in nights if case in night.cases]
    last = _kind(with_it[-1], with_it[-1].cases[case])
    alike = [night for night in with_it if _kind(night, night.cases[case]) == last]
    points = tuple(Point(night.at, night.commit, night.cases[case].log) for night in alike)
    found = steps([point.log for point in points])
    recent = _recent_days(nights, alike[-1].source)
    alarms = [step for step in alarming(found, len(points)) if points[step.at].day in recent]
    changes = (Change(step, points[step.at - 1], points[step.at], step in alarms) for step in found)
    return Series(case, alike[-1].reference, points, tuple(changes), len(with_it) - len(alike))


def _recent_days(nights: Sequence[Night], source: Source) -> set[str]:
    """Return the last days with a night of a source.

    A case that is no longer measured has no night on them, and gives no alarm. A day counts once, whatever its
    number of nights.
    """
    return set(sorted({night.at[:10] for night in nights if night.source == source})[-RECENT:])


def _kind(night: Night, figure: Figure) -> tuple[str | None, ...]:
    """Return the facts that two nights must share to be compared; a ratio within one session cancels the machine."""
    return night.reference, figure.dataset, night.machine if night.reference is None else None
