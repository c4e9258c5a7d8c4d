"""Decides which contenders to measure next, and at which size, or that it is time to stop; pure.

All begin with the smallest size. After each size those are out that are surely slower at the size asked for, do not fit
into memory, do not learn enough, or hardly may be the fastest. The race ends when the recommendation is sure, which
takes two successive sizes, when those that are left are alike, when others disturbed all of them, or when neither the
budget nor the table has room for a larger size. `benchmarks/advise_race.py` says which share of a ladder's seconds it
takes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.advise.contenders import Contender
from bench.advise.decide import NEGLIGIBLE, chances
from bench.advise.fit import SizePoint
from bench.advise.forecast import forecaster
from bench.advise.outlook import Outlook
from bench.advise.prospects import Field
from bench.advise.refusal import surely_slower
from bench.problems import Metric

Entrant = tuple[str, int]  # name of a strategy, and its workers
Reason = Literal["sure", "alike", "disturbed", "rows", "budget", "nobody"]

FIRST_SIZES = 3  # at which all are measured
SIZES_TO_JUDGE = 4  # of a contender's own, before its memory or its grade counts
ALIKE = 1.10  # times: forecasts of those that nobody needs to tell apart
CHEAP = 0.10  # of the time that is left, up to which a size is left out to get to a larger one sooner
CAUTION = 1.2  # times the expected seconds of a trial
UNKNOWN_S = {False: 15.0, True: 40.0}  # of a first trial at the smallest size: in one process, and distributed
CONFIRMED_FROM = 0.15  # of the budget: what has to be left to measure a forecast


@dataclass(frozen=True)
class Round:
    """What to measure next: a size, in rows that the task works on, and who, the fastest first as far as is known."""

    rows: int
    entrants: tuple[Entrant, ...]


@dataclass(frozen=True)
class Halt:
    """The end of the race, and why."""

    reason: Reason


@dataclass(frozen=True)
class RaceState:
    """All that the next step depends on.

    Attributes:
        entrants: All that take part, and whether each is distributed.
        sizes: The sizes that could be measured, ascending.
        measured: Those that were.
        left_s: Seconds of the budget that are left.
        field: What is known; None before anything is.
        metric: The first grade.
    """

    entrants: Mapping[Entrant, bool]
    sizes: Sequence[int]
    measured: Collection[int]
    left_s: float
    field: Field | None
    metric: Metric

    @property
    def looks(self) -> dict[Entrant, Outlook]:
        """What is known of each that did any work."""
        found = self.field.looks if self.field else ()
        return {(each.contender.strategy, each.contender.workers): each for each in found}


def next_step(state: RaceState) -> Round | Halt:
    """Return what to measure next, or that the race is over.

    Args:
        state: All that it depends on.
    """
    larger = [size for size in state.sizes if size > max(state.measured, default=0)]
    left = alive(state)
    if not left:
        return Halt("nobody")
    if len(state.measured) >= FIRST_SIZES and state.field:
        if state.field.decision and state.field.decision.verdict == "sure":
            return Halt("sure")
        if _alike(state, left):
            return Halt("alike")
        if all((look := state.looks.get(each)) and look.stays_disturbed(len(larger)) for each in left):
            return Halt("disturbed")
    if not larger:
        return Halt("rows")
    looks = state.looks
    costs = [sum(trial_s(state, each, size) for each in left) for size in larger[:2]]
    size = larger[1] if state.measured and len(costs) > 1 and costs[1] < CHEAP * state.left_s else larger[0]
    if min(trial_s(state, each, size) for each in left) > state.left_s:
        return Halt("budget")

    def pace(entrant: Entrant) -> float:
        look = looks.get(entrant)
        return look.time.estimate if look and look.time else float("inf")

    return Round(size, tuple(sorted(left, key=pace)))


def alive(state: RaceState) -> list[Entrant]:
    """Return those that may still be recommended.

    Args:
        state: The race.
    """
    if not state.field:
        return [] if state.measured else list(state.entrants)
    looks, field = state.looks, state.field

    def good(look: Outlook) -> bool:
        grade, least = look.expected_grade, field.least_grade
        return grade is None or least is None or state.metric.reaches(grade, least)

    beyond = {strategy for strategy, workers in looks if (strategy, workers) not in state.entrants}
    pacing = {each: look for each, look in looks.items() if each in state.entrants and _fits(look) and good(look)}
    bound = min((look.time.high95 for look in pacing.values() if look.time), default=float("inf"))
    found = []
    for entrant in state.entrants:
        look = looks.get(entrant)
        if look is None or not _fits(look) or not _learns(look, field.least_grade, state.metric):
            continue  # it was skipped, or cannot be the answer
        slower = look.time.low95 > bound if look.time else surely_slower(look.contender, bound)
        if not slower or entrant[0] in beyond:  # more workers are forecast from all numbers of them
            found.append(entrant)
    hopeless = _hopeless({each: pacing[each] for each in found if each in pacing})
    return [each for each in found if each not in hopeless or each[0] in beyond]


def _hopeless(pacing: Mapping[Entrant, Outlook]) -> set[Entrant]:
    """Return those that hardly may be the fastest of those that could be recommended; the first two stay."""
    entrants = [each for each, look in pacing.items() if look.time]
    times = {f"{place}": time for place, each in enumerate(entrants) if (time := pacing[each].time)}
    ranked = [*chances(times).items()] if times else []
    return {entrants[int(place)] for place, chance in ranked[2:] if chance < NEGLIGIBLE}


def finalists(state: RaceState) -> list[Entrant]:
    """Return the two that are expected to be the first and the second, as far as they have a forecast.

    Args:
        state: The race.
    """
    looks = state.looks
    times = {each: time.estimate for each in alive(state) if (time := looks[each].time) and not _rejected(looks[each])}
    return sorted(times, key=lambda each: times[each])[:2]


def trial_s(state: RaceState, entrant: Entrant, rows: float) -> float:
    """Return the seconds that a trial takes at most, as far as one can know: all of it, with its start.

    Args:
        state: The race.
        entrant: Whose trial.
        rows: The size.
    """
    look = state.looks.get(entrant)
    points = _wholes(look.contender) if look else []
    if not points:
        return UNKNOWN_S[state.entrants[entrant]]
    last = points[-1]
    ratio = max(1.0, rows / last.at.rows)
    if len(points) == 1:
        return CAUTION * last.value * ratio
    expected = forecaster(points).at(rows).estimate
    return CAUTION * max(expected, last.value)


def _wholes(contender: Contender) -> list[SizePoint]:
    """Return the wall seconds of a contender's trials by size."""
    walls = [(rung, max(record["wall_s"] for record in rung.case.records)) for rung in contender.rungs]
    return [SizePoint(rung.at, max(1e-3, wall_s), {}) for rung, wall_s in walls]


def _fits(look: Outlook) -> bool:
    """Return whether a contender may be measured further, for all that memory and failures say."""
    if look.refusal is None or look.refusal.code not in ("memory", "failed", "limit"):
        return True
    return look.refusal.may_fit or (
        look.refusal.code == "memory" and not look.contender.largest.failed and not _judgeable(look)
    )


def _learns(look: Outlook, least: float | None, metric: Metric) -> bool:
    """Return whether a contender may reach the grade that is asked for, at the better end of its interval."""
    if least is None or look.grade is None or not _judgeable(look):
        return True
    return metric.reaches(look.grade.high95, least)


def _rejected(look: Outlook) -> bool:
    return look.refusal is not None and look.refusal.code in ("memory", "quality", "disturbed")


def _judgeable(look: Outlook) -> bool:
    return len(look.contender.rungs) >= SIZES_TO_JUDGE


def _alike(state: RaceState, left: Sequence[Entrant]) -> bool:
    """Return whether all that are left take the same time, as far as one needs to know."""
    looks = [state.looks[each] for each in left]
    times = [look.time.estimate for look in looks if look.time and look.time.own_error is not None and not look.refusal]
    if len(looks) < 2 or len(times) < len(looks):
        return False
    return max(times) <= ALIKE * min(times)
