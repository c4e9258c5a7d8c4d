"""Writes an answer as one HTML file that needs nothing else, in the style of the report."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from markupsafe import Markup

from bench.advise.advice import Advice
from bench.advise.charts.costs import costs
from bench.advise.charts.growth import growth
from bench.advise.charts.marks import Mark
from bench.advise.charts.worth import grades_by_rows
from bench.advise.market import Market
from bench.advise.page import grade_curves, memory_ends, need_curves, page, time_curves
from bench.writing import figures
from bench.writing import page as shell
from bench.writing.chart import MIDDLE, NARROW, WIDE, Spec
from bench.writing.draw import svg

WIDTHS = {"wide": WIDE, "middle": MIDDLE, "narrow": NARROW}  # by the classes of the style sheet


def render(advice: Advice, market: Market | None, today: datetime.date) -> str:
    """Return an answer as HTML.

    Args:
        advice: What is known of the machine at hand.
        market: What is known of places; None where nobody asked.
        today: The day.
    """
    asked = advice.question.rows
    ends = memory_ends(advice)
    deadline = market.question.deadline_s if market else None
    limits = [Mark(deadline, "deadline")] if deadline is not None else []
    rooms = {room for each in advice.field.prospects if (room := advice.rooms.of(each.host)) is not None}
    levels = [Mark(room, "may be used") for room in sorted(rooms)]
    times, needs, grades = time_curves(advice), need_curves(advice), grade_curves(advice)
    return shell.render(
        "bench.advise",
        "advice.html.j2",
        style="advice.css",
        page=page(advice, market, today),
        metric=advice.metric.label,
        time=_drawn("time", lambda w: growth(times, asked, w, "seconds", figures.seconds, levels=limits, ends=ends)),
        memory=_drawn("memory", lambda w: growth(needs, asked, w, "bytes", figures.size, levels=levels)),
        costs=_drawn("costs", lambda w: costs(market, w)) if market else None,
        grades=_drawn("grades", lambda w: grades_by_rows(grades, asked, advice.metric, w, advice.question.quality)),
    )


def _drawn(mark: str, make: Callable[[int], Spec | None]) -> Markup | None:
    """Draw a chart for a desk, a tablet and a telephone; the style sheet shows one of them."""
    specs = {name: make(width) for name, width in WIDTHS.items()}
    parts = [
        Markup('<div class="{}">{}</div>').format(name, svg(spec, f"{mark}-{name}", titles=True))
        for name, spec in specs.items()
        if spec
    ]
    return Markup("").join(parts) if parts else None
