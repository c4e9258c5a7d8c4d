"""Seconds, and bytes, by rows: what was measured, the forecast with its bands, and where nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bench.advise.charts.marks import Mark, level, rows_axis, upright
from bench.advise.contenders import rows_shown
from bench.advise.decide import FARTHEST
from bench.advise.forecast import Forecaster
from bench.writing import palette
from bench.writing.chart import MOST_WIDE, Spec, chart, unique
from bench.writing.clean import label
from bench.writing.layers import LineLooks

MOST_CURVES = 6
T = TypeVar("T")
GRID = 24  # points of a forecast line


@dataclass(frozen=True)
class GrowthCurve:
    """One contender's curve.

    Attributes:
        name: Its name.
        points: Rows of the whole table, and what was measured with them.
        law: The forecast; None where nothing is said.
        until: Rows up to which it is drawn: the reach, or the end of memory.
        share: Rows that the task works on, of those of the table.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    law: Forecaster | None
    until: float
    share: float


def placed(curves: Sequence[T], has: Callable[[T], bool]) -> tuple[list[int], list[T]]:
    """Return the curves that are drawn, and the place of each among all: its colour and shape in every chart.

    Args:
        curves: The curves of all contenders, in one order for all charts.
        has: Whether a curve has anything to draw.
    """
    found = [(number, curve) for number, curve in enumerate(curves) if has(curve)][:MOST_CURVES]
    return [number for number, _ in found], [curve for _, curve in found]


def growth(
    curves: Sequence[GrowthCurve],
    asked: float,
    width: int,
    unit: str,
    show: Callable[[float], str],
    *,
    levels: Sequence[Mark] = (),
    ends: Sequence[Mark] = (),
) -> Spec | None:
    """Return values by rows, both logarithmic, with bands of 80 and 95 %, hatched where nothing is recommended.

    Args:
        curves: The contenders; the first ones are drawn.
        asked: The rows asked for.
        width: `WIDE`, `MIDDLE` or `NARROW`.
        unit: The unit of values, for the axis.
        show: Writes a value for people.
        levels: Values that are limits.
        ends: Rows at which something ends.
    """
    places, drawn = placed(curves, lambda curve: bool(curve.points))
    if not drawn:
        return None
    names = unique([label(curve.name) for curve in drawn])
    smallest = min(curve.points[0][0] for curve in drawn)
    reach = FARTHEST * min(curve.points[-1][0] for curve in drawn)
    last = 1.6 * max(asked, reach)
    looks = LineLooks.of("case", names, width, places, columns=3)
    inside = [mark for mark in ends if smallest < mark.at < last]
    lines = [value for name, curve in zip(names, drawn, strict=True) for value in _line(name, curve)]
    bands = [value for value in lines if value["ahead"]]
    points = [
        {
            "rows": rows,
            "value": value,
            "case": name,
            "told": f"{curve.name}: {show(value)} with {rows_shown(rows)} rows",
        }
        for name, curve in zip(names, drawn, strict=True)
        for rows, value in curve.points
    ]
    layers: list[Spec] = [
        _beyond(reach, last),
        *(
            _band(bands, looks.colour, low, high, opacity)
            for low, high, opacity in (("low95", "high95", 0.1), ("low80", "high80", 0.2))
        ),
        looks.lines(lines, strokeDash=[6, 3]),
        looks.points(points, 70),
        *upright([Mark(asked, "asked")], (smallest, last), palette.INK),
        *upright(sorted(inside, key=lambda mark: mark.at), (smallest, last), palette.BAD, 1),
        *level(levels),
    ]
    axes = {
        "x": rows_axis(smallest / 1.4, last),
        "y": {
            "field": "value",
            "type": "quantitative",
            "scale": {"type": "log"},
            "axis": {"title": f"{unit}, logarithmic", "format": "~s", "tickCount": 6, "labelOverlap": "greedy"},
        },
    }
    told = f"{unit} by rows of {len(drawn)} strategies: measured points, forecast lines with bands"
    return chart(min(width, MOST_WIDE), 400, told, layers, encoding=axes)


def _line(name: str, curve: GrowthCurve) -> list[Spec]:
    """Return the forecast line, through the sizes that were measured and on to its end."""
    law = curve.law
    if law is None:
        return []
    largest = curve.points[-1][0]
    first = curve.points[0][0]
    values = []
    for rows in (*np.geomspace(first, largest, 6), *np.geomspace(largest, max(curve.until, largest), GRID)):
        found = law.at(float(rows) * curve.share)
        ends = {end: getattr(found, end) for end in ("low80", "high80", "low95", "high95")}
        values.append(
            {"rows": float(rows), "value": found.estimate, "case": name, "ahead": bool(rows >= largest), **ends}
        )
    return values


def _band(values: list[Spec], colour: Spec, low: str, high: str, opacity: float) -> Spec:
    return {
        "data": {"values": values},
        "mark": {"type": "area", "opacity": opacity, "aria": False},
        "encoding": {"color": colour, "y": {"field": low, "type": "quantitative"}, "y2": {"field": high}},
    }


def _beyond(reach: float, last: float) -> Spec:
    """Return the hatched region in which nothing is recommended."""
    told = f"beyond {rows_shown(reach)} rows, {FARTHEST:g} times the largest measured, nothing is recommended"
    return {
        "data": {"values": [{"rows": reach, "last": last, "told": told}]},
        "mark": {"type": "rect", "fill": palette.hatched("edge", "up"), "opacity": 0.45},
        "encoding": {
            "x": {"field": "rows", "type": "quantitative"},
            "x2": {"field": "last"},
            "y": None,
            "description": {"field": "told"},
        },
    }
