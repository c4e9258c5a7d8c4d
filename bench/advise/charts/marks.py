"""Lines across a chart by rows, each with its meaning beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.writing import palette
from bench.writing.chart import Spec
from bench.writing.clean import label


@dataclass(frozen=True)
class Mark:
    """A line across the chart.

    Attributes:
        at: Its place, in rows or in the unit of the values.
        told: Its meaning, written beside it.
    """

    at: float
    told: str


def rows_axis(low: float, high: float) -> Spec:
    """Return the axis of rows, with a number at each power of ten, or at the ends where there are less than two.

    Args:
        low: The least rows of the chart.
        high: The most.
    """
    tens = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    return {
        "field": "rows",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {
            "title": "rows of the table, logarithmic",
            "format": "~s" if len(tens) > 1 else ".2s",
            "values": tens if len(tens) > 1 else [low, high],
            "labelOverlap": "greedy",
        },
    }


def upright(marks: Sequence[Mark], domain: tuple[float, float], colour: str, line: int = 0) -> list[Spec]:
    """Return upright lines, each with its meaning in a line of text of its own, on the side where there is more room.

    Args:
        marks: The lines, in rows.
        domain: The least and the most rows of the chart.
        colour: Of all of them.
        line: The line of text of the first one, from 0.
    """
    layers: list[Spec] = []
    for number, mark in enumerate(marks, line):
        left = math.log(mark.at / domain[0]) < math.log(domain[1] / domain[0]) / 2
        text = {"dx": 4 if left else -4, "dy": 12 + 15 * number, "align": "left" if left else "right"}
        place: Spec = {"x": {"field": "rows", "type": "quantitative"}, "y": None}
        layers += _line_with_text({"rows": mark.at}, mark.told, colour, place, {**place, "y": {"value": 0}}, text)
    return layers


def level(marks: Sequence[Mark]) -> list[Spec]:
    """Return level lines, each with its meaning above it.

    Args:
        marks: The lines, in the unit of the values.
    """
    layers: list[Spec] = []
    for mark in marks:
        place: Spec = {"y": {"field": "value", "type": "quantitative"}, "x": None}
        text = {"dx": 4, "dy": -7, "align": "left"}
        layers += _line_with_text({"value": mark.at}, mark.told, palette.BAD, place, {**place, "x": {"value": 0}}, text)
    return layers


def _line_with_text(at: Spec, told: str, colour: str, place: Spec, corner: Spec, text: Spec) -> list[Spec]:
    data = {"values": [{**at, "told": label(told)}]}
    line = {"type": "rule", "color": colour, "strokeDash": [2, 3], "strokeWidth": 1.5}
    words = {"type": "text", "color": colour, "aria": False, "baseline": "middle", **text}
    return [
        {"data": data, "mark": line, "encoding": {**place, "description": {"field": "told"}}},
        {"data": data, "mark": words, "encoding": {**corner, "text": {"field": "told", "type": "nominal"}}},
    ]
