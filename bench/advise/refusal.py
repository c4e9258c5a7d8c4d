"""When nothing is said of a contender, why, and the cheapest thing that would change it; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bench.advise.contenders import Contender
from bench.advise.decide import FARTHEST
from bench.advise.fit import SizePoint, TermsOf, in_range, most_terms
from bench.findings.ranking import remedy
from bench.problems import Metric
from bench.scaling import Scale
from bench.writing import figures

OfContender = Literal["reach", "memory", "held-out", "few", "disturbed", "unlike", "limit", "failed", "quality"]
OfPlace = Literal["machine", "deadline", "cost", "spot"]
Code = OfContender | OfPlace
LimitsOf = Callable[[Scale], Mapping[str, float]]  # the share of each ceiling that is used, by a name for people

LEAST_SIZES, LEAST_SPAN = 3, 4.0
LEAST_S = 1.0  # a shorter time predicts nothing: start-up and timers are all of it
LEAST_ROWS_OF_A_GPU = 1e6  # fewer do not fill one
MOST_ERROR = 0.40  # held out, in logarithms
MOST_DISTURBED = 1 / 3  # of its sizes
OUT_OF_MEMORY = "want of memory"  # in the reason of a record, out of `bench.trial.death`
HALVINGS = 60  # of a range of rows, until its end is found to the last digit
FASTER_BY_CHANCE = 0.9  # a measured time that more rows may fall to, by noise


@dataclass(frozen=True)
class Refusal:
    """Why there is no forecast.

    Attributes:
        code: Its kind.
        reason: A sentence without a full stop.
        next: What would change it, as a sentence without a full stop.
        may_fit: Of memory, whether the need that is expected fits, and only the upper end of its interval does not.
        most: Of a ceiling that a strategy states, the rows up to which it holds, of those that the task works on.
    """

    code: Code
    reason: str
    next: str
    may_fit: bool = False
    most: float | None = None

    @property
    def leaves_it_open(self) -> bool:
        """Whether the contender may be the fastest all the same: nobody knows, where another one could not do it."""
        return self.may_fit or self.code in ("reach", "held-out", "few", "disturbed")


def of_records(contender: Contender, gpus: bool) -> Refusal | None:
    """Return why the records of a contender allow no forecast.

    Args:
        contender: The contender.
        gpus: Whether the machine has any.
    """
    last = contender.largest
    if last.failed:
        reason = next((record["reason"] for record in last.case.records if record["reason"]), last.case.status)
        where = f"with {contender.table_rows(last.at.rows)} rows: {reason.rstrip('.')}"
        if OUT_OF_MEMORY in reason:
            return Refusal("memory", f"it ran out of memory {where}", "take a machine with more memory")
        return Refusal("failed", f"it ended as {last.case.status} {where}", "mend that, and measure it again")
    if len(contender.disturbed) >= MOST_DISTURBED * len(contender.rungs):
        cause = max(rung.case.cause for rung in contender.disturbed if rung.case.cause)
        run = contender.disturbed[-1].case.records[-1]["run"]
        reason = f"{len(contender.disturbed)} of its {len(contender.rungs)} sizes were disturbed: {cause.told_at_most}"
        rest = len(contender.disturbed) - 1
        others = f", and so for the runs of the other {rest} sizes" if rest > 1 else ", and so for the other size"
        return Refusal("disturbed", reason, remedy(run).rstrip(".") + (others if rest else ""))
    return _few(contender, gpus)


def usable(contender: Contender, gpus: bool) -> list[SizePoint]:
    """Return the points of a contender that may be fitted; arguments as for `of_records`."""
    least = LEAST_ROWS_OF_A_GPU if gpus else 0
    return [point for point in contender.points if point.value >= LEAST_S and point.at.rows >= least]


def _few(contender: Contender, gpus: bool) -> Refusal | None:
    points = usable(contender, gpus)
    fitted = in_range(points) if points else []
    sizes = sorted({point.at.rows for point in fitted})
    top = contender.largest.at.rows
    longest = max((point.value for point in contender.points), default=LEAST_S)
    start = top * max(1.0, LEAST_S / longest)  # where it takes long enough, if it takes as long for a row
    wanted = [contender.table_rows(start * 2**power) for power in range(1, 1 + max(2, LEAST_SIZES - len(sizes)))]
    more = f"measure it with {figures.names(wanted)} rows"
    if len(sizes) < LEAST_SIZES:
        least = (
            f"at least {LEAST_S:g} s and {contender.table_rows(LEAST_ROWS_OF_A_GPU)} rows"
            if gpus
            else f"{LEAST_S:g} s or more"
        )
        counted = f"those of {least}, of all rows, up to a 16th of the largest"
        reason = f"{len(sizes)} sizes count, of {LEAST_SIZES} that it takes: {counted}"
        return Refusal("few", reason, more)
    if sizes[-1] < LEAST_SPAN * sizes[0]:
        return Refusal("few", f"its sizes span a factor of {sizes[-1] / sizes[0]:.1f}, not of {LEAST_SPAN:g}", more)
    return None


def no_limits(at: Scale) -> Mapping[str, float]:
    """Return the ceilings of a strategy that states none."""
    del at
    return {}


def of_limits(contender: Contender, asked: Scale, limits: LimitsOf) -> Refusal | None:
    """Return that a size is beyond a ceiling that a strategy states, which smaller sizes do not show.

    Args:
        contender: The contender.
        asked: The scale that is asked for.
        limits: What the strategy states.
    """
    measured = limits(contender.largest.at) if contender.largest.case.ok else {}
    # A ceiling that was passed where it was measured is none, whatever the strategy states.
    found = {name for name, used in limits(asked).items() if used > 1 and not measured.get(name, 0.0) > 1}
    if not found:
        return None
    ends = {name: _end(asked, limits, name) for name in found}
    first = min(sorted(ends), key=lambda name: ends[name])
    reason = f"{first} is used up at {contender.table_rows(ends[first])} rows"
    change = "raise it where it is a setting, take another strategy, or fewer rows"
    return Refusal("limit", reason, change, most=ends[first])


def _end(asked: Scale, limits: LimitsOf, name: str) -> float:
    """Return the rows at which a ceiling ends, which all that are asked for exceed."""
    low, high = 1.0, asked.rows
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if limits(replace(asked, rows=middle))[name] > 1 else (middle, high)
    return low


def of_terms(points: list[SizePoint], terms: TermsOf) -> Refusal | None:
    """Return why the terms that a strategy states cannot be told apart.

    Args:
        points: Its usable points.
        terms: What it states.
    """
    fitted = in_range(points)
    if (needed := most_terms(fitted, terms)) <= len(fitted):
        return None
    reason = f"a phase has {needed} terms, and {len(fitted)} sizes count"
    return Refusal("few", reason, "measure more sizes between the smallest and the largest")


def of_reach(contender: Contender, reach: float, asked: float, told: str) -> Refusal:
    """Return that a size lies too far beyond the data.

    Args:
        contender: The contender.
        reach: Rows asked for over the largest measured.
        asked: Rows asked for.
        told: How long the size that would do takes it, for people.
    """
    reason = f"the size is {reach:,.0f} times the largest measured, and {FARTHEST:g} are the most"
    return Refusal("reach", reason, f"measure it with {contender.table_rows(asked / FARTHEST)} rows ({told})")


def of_grade(grade: float | None, asked: float | None, metric: Metric) -> Refusal | None:
    """Return that a contender's answers are too bad to be compared by time.

    Args:
        grade: The grade that is expected of it; None where it has none.
        asked: The grade that is asked for; None where time alone counts.
        metric: The grade's kind.
    """
    if grade is None or asked is None or metric.reaches(grade, asked):
        return None
    reason = f"its {metric.label} of {metric.shown(grade)} does not reach {metric.shown(asked)}"
    return Refusal("quality", reason, "ask for less by --quality")


def of_error(contender: Contender, error: float | None) -> Refusal | None:
    """Return that a contender's own largest sizes were forecast badly.

    Args:
        contender: The contender.
        error: Its held-out error, in logarithms.
    """
    if error is None or error <= MOST_ERROR:
        return None
    reason = (
        f"its forecast missed its own largest sizes by {figures.share(_share(error))}: the cost of a row still changes"
    )
    sizes = [contender.table_rows(times * contender.largest.at.rows) for times in (2, 4)]
    return Refusal("held-out", reason, f"measure it with {figures.names(sizes)} rows")


def _share(error: float) -> float:
    """Return an error in logarithms as a share: by how much the larger exceeds the smaller."""
    return math.expm1(error)


def surely_slower(contender: Contender, best_high: float) -> bool:
    """Return whether a contender without a forecast cannot be the fastest: more rows do not take less time.

    Args:
        contender: The contender.
        best_high: Seconds that the best takes at most.
    """
    longest_s = max(rung.least_s for rung in contender.rungs)
    return FASTER_BY_CHANCE * longest_s > best_high
