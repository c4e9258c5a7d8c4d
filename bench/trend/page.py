"""Writes the trend as one HTML page with a drawing for each case; it loads nothing from anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from bench.trend import words
from bench.trend.series import Series

WIDTH, HEIGHT = 760, 200
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 28
LEAST_RANGE = 0.06  # of logarithms from bottom to top, so that noise is not drawn as mountains


@dataclass(frozen=True)
class Drawing:
    """A series in the coordinates of its drawing.

    Attributes:
        dots: Of each night x, y, and what it says.
        levels: Of each stretch without a step x1, x2, y.
        steps: Of each step x, whether it is an alarm, and what it says.
        ticks: Of each line of the grid y, and what it says.
    """

    dots: tuple[tuple[float, float, str], ...]
    levels: tuple[tuple[float, float, float], ...]
    steps: tuple[tuple[float, bool, str], ...]
    ticks: tuple[tuple[float, str], ...]


def to_html(found: Sequence[Series]) -> str:
    """Return the page.

    Args:
        found: Out of `bench.trend.series.series_of`.
    """
    from jinja2 import Environment, StrictUndefined

    source = resources.files("bench.trend").joinpath("page.html").read_text()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    cards = [
        {
            "series": series,
            "drawing": draw(series),
            "now": words.now(series),
            "nights": words.nights(series),
            "reference": words.short(series.reference) if series.reference else None,
            "changes": [(change.alarm, words.change(series, change)) for change in series.changes],
        }
        for series in found
    ]
    size = {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "bottom": HEIGHT - BOTTOM,
    }
    return environment.from_string(source).render(headline=words.headline(found), cards=cards, size=size)


def draw(series: Series) -> Drawing:
    """Return a series in the coordinates of its drawing."""
    logs = [point.log for point in series.points]
    middle, half = (max(logs) + min(logs)) / 2, max(max(logs) - min(logs), LEAST_RANGE) / 2
    across = (WIDTH - LEFT - RIGHT) / max(1, len(logs) - 1)

    def x(index: float) -> float:
        return round(LEFT + across * index, 1)

    def y(log: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (0.5 - (log - middle) / (2 * half)), 1)

    def said(log: float) -> str:
        return f"{math.exp(log):.4g} s" if series.reference is None else f"{math.expm1(log):+.1%}"

    return Drawing(
        dots=tuple(
            (x(index), y(point.log), f"{point.day}, {words.short(point.commit)}: {said(point.log)}")
            for index, point in enumerate(series.points)
        ),
        levels=tuple((x(level.first), x(level.last), y(level.log)) for level in series.levels),
        steps=tuple((x(change.step.at - 0.5), change.alarm, words.change(series, change)) for change in series.changes),
        ticks=tuple((y(log), said(log)) for log in (middle - half, middle, middle + half)),
    )
