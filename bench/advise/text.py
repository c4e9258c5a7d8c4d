"""Writes advice for a terminal; pure."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bench.advise.advice import Advice
from bench.advise.caveats import errors, refused, with_forecast
from bench.advise.contenders import rows_shown
from bench.advise.decide import FARTHEST
from bench.advise.forecast import Forecast
from bench.advise.hosts import master_of
from bench.writing import figures
from bench.writing.clean import REASON_LIMIT, shown
from bench.writing.tables import print_whole

CLOSE = 1.05  # times the rows asked for: where another may overtake so soon, the chances say it


def print_advice(advice: Advice, console: Console) -> None:
    """Print the answer: one sentence, why the second is second, crossings, the table, the refused, and the errors.

    Args:
        advice: The advice.
        console: Where to print.
    """
    for line in before_table(advice):
        console.print(line, soft_wrap=True, markup=False)
    if with_forecast(advice.told):
        console.print()
        if advice.farthest:
            console.print(f"With {rows_and_features(advice.farthest)}:")
        print_whole(_table(advice.told), console)
    for line in after_table(advice):
        console.print(line, soft_wrap=True, markup=False)


def before_table(advice: Advice) -> list[str]:
    """Return the answer in sentences: the recommended, the second, crossings, and whether more rows are worth it."""
    return [*answer(advice), *crossings(advice), *grades(advice)]


def after_table(advice: Advice) -> list[str]:
    """Return who is refused, and how far forecasts reach and missed."""
    return [*refused(advice), *errors(advice)]


def question_shown(advice: Advice) -> str:
    """Return the question: rows, features and machine or cluster, without an end."""
    if master := master_of(advice.environment):
        there = advice.rooms.worker
        each = f", {there / advice.question.memory_share / 2**30:.0f} GiB a worker's host" if there else ""
        return (
            f"For {rows_and_features(advice)} on {shown(master)} ({figures.cores(advice.environment['cores'])}{each})"
        )
    cores, memory = advice.environment["cores"], advice.environment["host"]["memory_bytes"]
    room = f", {memory / 2**30:.0f} GiB" if memory else ""
    return (
        f"For {rows_and_features(advice)} on {shown(advice.environment['host']['cpu'])} ({figures.cores(cores)}{room})"
    )


def rows_and_features(advice: Advice) -> str:
    """Return how large the table in question is."""
    return f"{figures.whole(advice.question.rows)} rows of {advice.features} features"


def answer(advice: Advice) -> list[str]:
    """Return who is recommended, how sure that is, and the second."""
    decision, asked = advice.field.decision, question_shown(advice)
    if advice.refusal:
        return [f"{asked}: no answer, since {shown(advice.refusal.reason, REASON_LIMIT)}."]
    if decision is None:
        return [f"{asked}: no answer, since {_nothing(advice)}.", *_farthest(advice)]
    if decision.verdict == "tie":
        return [f"{asked}: too close to call. The fastest may be {figures.names([*map(shown, decision.may_be_best)])}."]
    first, *others = with_forecast(advice)
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


def _nothing(advice: Advice) -> str:
    """Return why nothing can be said of anybody."""
    codes = {each.refusal.code for each in advice.field.prospects if each.refusal}
    largest = max(each.contender.largest.at.rows for each in advice.field.prospects)
    if advice.question.workers or not codes <= {"reach", "memory"}:
        return "nothing can be said of any contender"
    if advice.asked <= FARTHEST * largest:
        return "there may be too little memory for any contender"
    times = f"{advice.asked / largest:,.0f} times the largest that was measured"
    memory = ", and memory may end before" if "memory" in codes else ""
    return f"that is {times}, and {FARTHEST:g} times are the most that is forecast{memory}"


def _farthest(advice: Advice) -> list[str]:
    """Return the answer for the most rows of which anything can be said; none where that is no matter of rows."""
    if advice.farthest is None or advice.farthest.field.decision is None:
        return []
    first, *others = answer(advice.farthest)
    return [f"The farthest that can be said: {first[0].lower()}{first[1:]}", *others]


def _interval(time: Forecast) -> str:
    return f"{duration(time.estimate)} (80 %: {duration(time.low80)} to {duration(time.high80)})"


def duration(seconds: float) -> str:
    """Return a forecast duration with two digits that count, in the unit that people use."""
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{figures.digits(seconds / length, 2)} {unit}"
    return f"{figures.digits(seconds, 2)} s"


def crossings(advice: Advice) -> list[str]:
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


def grades(advice: Advice) -> list[str]:
    """Return whose answers more rows make no better, and by how much at most."""
    flat = [each for each in with_forecast(advice) if each.grade and advice.worth_it(each) is False]
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
    for each in with_forecast(advice):
        time = each.time
        assert time  # noqa: S101 - as above
        table.add_row(
            shown(each.contender.name),
            duration(time.estimate),
            f"{duration(time.low80)} - {duration(time.high80)}",
            f"{duration(time.low95)} - {duration(time.high95)}",
            figures.size(each.memory.estimate if each.memory else None),
            figures.size(advice.rooms.of(each.host)),
            advice.metric.shown(each.grade.estimate) if each.grade else "",
            f"{each.chance:.2f}",
        )
    return table
