"""Writes advice for a terminal; pure."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table

from bench.advise import calibration
from bench.advise.advice import Advice
from bench.advise.contenders import rows_shown
from bench.advise.forecast import Forecast
from bench.advise.prospects import Prospect
from bench.writing import figures
from bench.writing.clean import shown
from bench.writing.tables import print_whole

CLOSE = 1.05  # times the rows asked for: where another may overtake so soon, the chances say it
AMBER = 0.25  # held-out error, in logarithms, from which on a forecast is called rough


def print_advice(advice: Advice, console: Console) -> None:
    """Print the answer: one sentence, why the second is second, crossings, the table, the refused, and the errors.

    Args:
        advice: The advice.
        console: Where to print.
    """
    for line in (*_answer(advice), *_crossings(advice), *_grades(advice)):
        console.print(line, soft_wrap=True, markup=False)
    if _forecast(advice):
        console.print()
        print_whole(_table(advice), console)
    for line in (*_refused(advice), *_errors(advice)):
        console.print(line, soft_wrap=True, markup=False)


def question_shown(advice: Advice) -> str:
    """Return the question: rows, features and machine, without an end."""
    cores, memory = advice.environment["cores"], advice.environment["host"]["memory_bytes"]
    room = f", {memory / 2**30:.0f} GiB" if memory else ""
    what = f"{figures.whole(advice.question.rows)} rows of {advice.features} features"
    return f"For {what} on {shown(advice.environment['host']['cpu'])} ({cores} cores{room})"


def _forecast(advice: Advice) -> list[Prospect]:
    return [each for each in advice.field.prospects if each.time]


def _answer(advice: Advice) -> list[str]:
    decision, asked = advice.field.decision, question_shown(advice)
    if advice.refusal:
        return [f"{asked}: no answer, since {shown(advice.refusal.reason)}."]
    if decision is None:
        return [f"{asked}: no answer, since nothing can be said of any contender."]
    if decision.verdict == "tie":
        return [f"{asked}: too close to call. The fastest may be {figures.names([*map(shown, decision.may_be_best)])}."]
    first, *others = _forecast(advice)
    assert first.time  # noqa: S101 - it is one of those with a forecast
    what = "for all rows" if advice.task.judged_rows else advice.task.result
    sentence = f"{asked}: {shown(first.contender.name)}, forecast {_interval(first.time)} {what}."
    chance = f"a chance of {decision.chances[decision.best]:.2f} to be the fastest"
    looks = "on the last two sizes" if decision.verdict == "sure" else "on the last size"
    lines = [sentence, f"{decision.verdict.capitalize()}: {chance} {looks}."]
    if others and others[0].time:
        times = figures.times(others[0].time.estimate / first.time.estimate)
        name = shown(others[0].contender.name)
        lines.append(f"Second: {name}, {_interval(others[0].time)}, {times} times as long.")
    return lines


def _interval(time: Forecast) -> str:
    return f"{duration(time.estimate)} (80 %: {duration(time.low80)} to {duration(time.high80)})"


def duration(seconds: float) -> str:
    """Return a forecast duration with two digits that count, in the unit that people use."""
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{figures.digits(seconds / length, 2)} {unit}"
    return f"{figures.digits(seconds, 2)} s"


def _crossings(advice: Advice) -> list[str]:
    """Return up to where others are not the faster ones, one sentence for all of whom it is not known closer."""
    if advice.recommended is None:
        return []
    found = [each for each in advice.field.crossings if each.not_before > CLOSE * advice.asked]
    lines = []
    for each in found:
        if each.not_before < advice.end_of_reach:
            rows, name = rows_shown(each.not_before / advice.share), shown(each.challenger)
            sure = each.surely_from and f", and surely from {rows_shown(each.surely_from / advice.share)} on"
            lines.append(f"{name} is not the faster one before {rows} rows{sure or ' (nothing closer is known)'}.")
    if far := [shown(each.challenger) for each in found if each.not_before >= advice.end_of_reach]:
        verb = "is" if len(far) == 1 else "are"
        lines.append(
            f"{figures.names(far)} {verb} not faster up to {rows_shown(advice.end_of_reach / advice.share)} rows."
        )
    return lines


def _grades(advice: Advice) -> list[str]:
    """Return whose answers more rows make no better, and by how much at most."""
    flat = [each for each in _forecast(advice) if each.grade and advice.worth_it(each) is False]
    if not flat:
        return []
    most = advice.metric.shown(max(each.grade.most_gain for each in flat if each.grade))
    names = figures.names([shown(each.contender.name) for each in flat])
    return [f"More rows are not worth it for {names}: {advice.metric.label} gains {most} at most."]


def _table(advice: Advice) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("strategy")
    for heading in ("forecast", "80 %", "95 %", "memory", "of", advice.metric.label, "chance"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in _forecast(advice):
        time = each.time
        assert time  # noqa: S101 - as above
        table.add_row(
            shown(each.contender.name),
            duration(time.estimate),
            f"{duration(time.low80)} - {duration(time.high80)}",
            f"{duration(time.low95)} - {duration(time.high95)}",
            figures.size(each.memory.estimate if each.memory else None),
            figures.size(advice.room),
            advice.metric.shown(each.grade.estimate) if each.grade else "",
            f"{each.chance:.2f}",
        )
    return table


def _refused(advice: Advice) -> list[str]:
    if advice.refusal:
        return [f"To change that: {shown(advice.refusal.next)}."]
    return [
        f"Refused: {shown(each.contender.name)}: {each.refusal.code}: {shown(each.refusal.reason)}. "
        f"To change that: {shown(each.refusal.next)}."
        for each in advice.field.prospects
        if each.refusal
    ]


def _errors(advice: Advice) -> list[str]:
    """Return how far the forecasts reach, and how they did at the largest sizes that were measured."""
    told = _forecast(advice)
    if not told:
        return []
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
    table = calibration.load()
    lines.append(f"Intervals: calibration {table.version}, from {table.curves} tools whose end is known.")
    return lines
