"""Writes what an answer does not know: who is refused, how far its forecasts reach, and what they missed by; pure."""

from __future__ import annotations

import math

from bench.advise.advice import Advice
from bench.advise.prospects import Prospect
from bench.writing import figures
from bench.writing.clean import REASON_LIMIT, shown

BETTER = 2 / 3  # of the error of stated terms, below which the usual ones are clearly better
NOTICED = 0.10  # held-out error, in logarithms, which noise alone seldom makes
AMBER = 0.25  # held-out error, in logarithms, from which on a forecast is called rough


def with_forecast(advice: Advice) -> list[Prospect]:
    """Return the contenders that have a forecast, from fast to slow."""
    return [each for each in advice.field.prospects if each.time]


def refused(advice: Advice) -> list[str]:
    """Return whom nothing is said of, why, and what would change it."""
    if advice.refusal:
        return [f"To change that: {shown(advice.refusal.next, REASON_LIMIT)}."]
    absent = figures.names([*advice.data.unmeasured]) if advice.data.unmeasured else ""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in advice.field.prospects:
        if why := each.refusal:
            alike.setdefault((why.code, why.reason, why.next), []).append(shown(each.contender.name))
    told = [
        f"Refused: {figures.names(names)}: {code}: {shown(reason, REASON_LIMIT)}. "
        f"To change that: {shown(change, REASON_LIMIT)}."
        for (code, reason, change), names in alike.items()
    ]
    return [
        *told,
        *_beyond(advice),
        *([f"Not measured, and so unknown: {absent}. To change that: a longer --budget."] if absent else []),
    ]


def _beyond(advice: Advice) -> list[str]:
    """Return what was asked for beyond the reach: orders of magnitude, the shortest first; no recommendation."""
    far = [each for each in advice.field.prospects if each.beyond_s]
    if not advice.question.beyond or not far:
        return []
    far.sort(key=lambda each: each.beyond_s or 0.0)
    times = ", ".join(f"{shown(each.contender.name)} {_magnitude(each.beyond_s or 0.0)}" for each in far)
    what = "order of magnitude, ranking only, nothing is known of memory, and no recommendation"
    return [f"Beyond the reach ({what}): {times}."]


def _magnitude(seconds: float) -> str:
    """Return a duration with one digit that counts."""
    for unit, length in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"about {float(f'{seconds / length:.0e}'):,.0f} {unit}"
    return f"about {float(f'{seconds:.0e}'):,.0f} s"


def _misstated(advice: Advice) -> list[str]:
    """Return whose largest sizes the usual terms forecast better than those that the strategy states."""
    lines = []
    for each in advice.field.prospects:
        stated, usual = each.stated_error, each.usual_error
        if stated is not None and usual is not None and stated > NOTICED and usual < BETTER * stated:
            missed = f"{figures.share(math.expm1(stated))}, and the usual ones by {figures.share(math.expm1(usual))}"
            name = shown(each.contender.name)
            lines.append(f"The terms that {name} states of its times missed by {missed}: they may be wrong.")
    return lines


def errors(advice: Advice) -> list[str]:
    """Return how far the forecasts reach, and how they did at the largest sizes that were measured."""
    told = with_forecast(advice.told)
    if not told:
        return _misstated(advice.told)
    reach = max(each.time.reach for each in told if each.time)
    missed = [
        f"{figures.share(math.expm1(each.time.own_error))} ({shown(each.contender.name)}"
        f"{', so that this one is rough' if each.time.own_error > AMBER else ''})"
        for each in told
        if each.time and each.time.own_error is not None
    ]
    lines = [f"Forecasts reach {figures.times(reach)} times beyond what was measured."]
    if missed:
        lines.append(
            f"Made from the sizes up to a quarter of the largest, they missed the largest by {', '.join(missed)}."
        )
    lines += _misstated(advice.told)
    if any("worker" in each.contender.hosts for each in told):
        lines.append("What else ran on the hosts of workers is not seen: see that nothing did.")
    table = advice.table
    size = f"times {table.times[0.80]:.2f} and {table.times[0.95]:.2f} by {table.own} forecasts that were scored here"
    own = f"; those of times {size}" if table.own else ""
    lines.append(f"Intervals: calibration {table.version}, from {table.curves} tools whose end is known{own}.")
    return [*lines, advice.scored] if advice.scored else lines
