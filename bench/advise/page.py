"""The content of an answer's page, the same as HTML and as Markdown; pure."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.advise import caveats, market_text, text
from bench.advise.advice import Advice
from bench.advise.charts.growth import GrowthCurve
from bench.advise.charts.marks import Mark
from bench.advise.charts.worth import GradeCurve
from bench.advise.contenders import Contender
from bench.advise.decide import FARTHEST
from bench.advise.forecast import Forecaster
from bench.advise.market import Market
from bench.advise.memory import known_peaks
from bench.advise.prospects import Prospect
from bench.writing import figures
from bench.writing.clean import shown

HEADINGS = ("strategy", "forecast", "80 %", "95 %", "held-out error", "memory", "of", "chance")
CLOSE = 2.5  # times: marks nearer than that would stand in each other's way
GRID = 200


@dataclass(frozen=True)
class AdviceTable:
    """A table.

    Attributes:
        caption: Its meaning.
        headings: Of its columns.
        rows: The cells of each row.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class AdvicePage:
    """The content.

    Attributes:
        title: The question.
        answer: The answer in sentences, the first one above the others.
        tables: What is known of each contender, and of each place.
        refused: Whom nothing is said of, and why.
        errors: How far forecasts reach, and how they did.
        facts: Names and values of what the answer rests on.
    """

    title: str
    answer: tuple[str, ...]
    tables: tuple[AdviceTable, ...]
    refused: tuple[str, ...]
    errors: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def page(advice: Advice, market: Market | None, today: datetime.date) -> AdvicePage:
    """Return the content.

    Args:
        advice: What is known of the machine at hand.
        market: What is known of places; None where nobody asked.
        today: The day.
    """
    answer = market_text.answer(advice, market, today) if market else text.answer(advice)
    offers = (
        [AdviceTable("Offers that keep the limits", market_text.HEADINGS, tuple(market_text.rows(market)))]
        if market
        else []
    )
    told = caveats.with_forecast(advice.told)
    caption = f"With {figures.whole(advice.told.question.rows)} rows" if advice.farthest else "On the machine at hand"
    mine = [AdviceTable(caption, HEADINGS, tuple(_row(advice, each) for each in told))] if told else []
    crossings = () if market else text.crossings(advice)
    return AdvicePage(
        title=f"{text.rows_and_features(advice)}, task {shown(advice.task.name)}",
        answer=(*answer, *crossings, *text.grades(advice)),
        tables=tuple(table for table in (*offers, *mine) if table.rows),
        refused=tuple(market_text.refused(market) if market else caveats.refused(advice)),
        errors=tuple(caveats.errors(advice)),
        facts=_facts(advice, market, today),
    )


def _row(advice: Advice, each: Prospect) -> tuple[str, ...]:
    time = each.time
    assert time  # noqa: S101 - the caller has those with one
    return (
        shown(each.contender.name),
        text.duration(time.estimate),
        f"{text.duration(time.low80)} - {text.duration(time.high80)}",
        f"{text.duration(time.low95)} - {text.duration(time.high95)}",
        figures.share(math.expm1(time.own_error)) if time.own_error is not None else "unknown",
        figures.size(each.memory.estimate if each.memory else None),
        figures.size(advice.rooms.of(each.host)),
        f"{each.chance:.2f}",
    )


def _facts(advice: Advice, market: Market | None, today: datetime.date) -> tuple[tuple[str, str], ...]:
    prices = market.question.prices if market else None
    host = advice.environment["host"]
    found = [
        (
            "machine",
            f"{shown(host['cpu'])}, {figures.cores(advice.environment['cores'])}, {figures.size(host['memory_bytes'])}",
        ),
        ("runs", ", ".join(shown(run.directory.name) for run in advice.runs)),
        ("made", today.isoformat()),
    ]
    if prices:
        source = f", {shown(prices.source)}" if prices.source else ""
        found.append(("prices", f"{shown(prices.currency)} of {prices.as_of.isoformat()}{source}"))
    return tuple(found)


def time_curves(advice: Advice) -> list[GrowthCurve]:
    """Return the seconds of each contender; forecasts end where memory does, and at the end of the reach."""
    return [
        _curve(
            advice,
            each.contender,
            [(p.at.rows, p.value) for p in each.contender.points],
            each.law,
            memory_end(advice, each),
        )
        for each in advice.told.field.prospects
    ]


def need_curves(advice: Advice) -> list[GrowthCurve]:
    """Return the peak memory of each contender, of those that were refused for want of it, too."""
    return [
        _curve(
            advice,
            each.contender,
            [(peak.at.rows, peak.value) for peak in known_peaks(each.contender, each.host)],
            each.need,
            None,
        )
        for each in advice.field.prospects
    ]


def _curve(
    advice: Advice,
    contender: Contender,
    points: Sequence[tuple[float, float]],
    law: Forecaster | None,
    end: float | None,
) -> GrowthCurve:
    placed = tuple((rows / advice.share, value) for rows, value in points)
    farthest = FARTHEST * placed[-1][0] if placed else 0.0
    until = min(farthest, end if end is not None else farthest)
    return GrowthCurve(contender.name, placed, law, until, advice.share)


def memory_end(advice: Advice, each: Prospect) -> float | None:
    """Return the rows of the table from which on a contender may not fit; None where that is beyond its reach.

    Args:
        advice: What is known of the machine at hand.
        each: The contender.
    """
    room = advice.rooms.of(each.host)
    if each.need is None or room is None:
        return None
    largest = each.need.largest
    for step in range(GRID + 1):
        rows: float = largest * FARTHEST ** (step / GRID)
        if each.need.at(rows).high95 > room:
            return rows / advice.share
    return None


def memory_ends(advice: Advice) -> list[Mark]:
    """Return where the memory of contenders ends, one mark for those that end within `CLOSE` times as many rows."""
    ends = [(rows, each.contender.name) for each in advice.field.prospects if (rows := memory_end(advice, each))]
    groups: list[list[tuple[float, str]]] = []
    for end in sorted(ends):
        if not groups or end[0] > CLOSE * groups[-1][0][0]:
            groups.append([])
        groups[-1].append(end)
    return [Mark(group[0][0], f"memory: {group[0][1]}" if len(group) == 1 else "memory") for group in groups]


def grade_curves(advice: Advice) -> list[GradeCurve]:
    """Return the grades of each contender."""
    return [
        GradeCurve(
            each.contender.name,
            {r.at.rows / advice.share: r.case.grade for r in each.contender.rungs if r.case.grade is not None},
        )
        for each in advice.field.prospects
    ]
