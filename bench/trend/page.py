"""Writes the trend as one HTML page with a drawing for each case."""

from __future__ import annotations

from collections.abc import Sequence

from bench.trend import words
from bench.trend.drawing import draw
from bench.trend.series import Series
from bench.writing import page
from bench.writing.draw import svg


def to_html(found: Sequence[Series]) -> str:
    """Return the page.

    Args:
        found: Out of `bench.trend.series.series_of`.
    """
    cards = [
        {
            "series": series,
            "chart": svg(draw(series), f"case{number}", titles=True),
            "now": words.now(series),
            "nights": words.nights(series),
            "reference": words.short(series.reference) if series.reference else None,
            "changes": [(change.alarm, words.change(series, change)) for change in series.changes],
        }
        for number, series in enumerate(found, 1)
    ]
    return page.render("bench.trend", "trend.html.j2", style="trend.css", headline=words.headline(found), cards=cards)
