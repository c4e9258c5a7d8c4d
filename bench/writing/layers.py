"""Layers that several charts have: lines and their points, stacked bars, a front, a grade that was asked for; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.writing import palette
from bench.writing.chart import Spec, bars_axis, legend


@dataclass(frozen=True)
class LineLooks:
    """What tells the lines of a chart from each other: colour and shape, with one legend.

    Attributes:
        colour: The channel of colours.
        shape: The channel of shapes.
    """

    colour: Spec
    shape: Spec

    @classmethod
    def of(
        cls, field: str, names: Sequence[str], width: int, places: Sequence[int] | None = None, columns: int = 4
    ) -> LineLooks:
        """Return a colour and a shape for each line.

        Args:
            field: The field of values that has the name of their line.
            names: The names.
            width: `WIDE`, `MIDDLE` or `NARROW`.
            places: The number of each line, from 0, by which it looks; the order of names if not given.
            columns: Of a legend under the chart.
        """
        numbers = range(len(names)) if places is None else places
        beside = {"title": None, **legend(width, columns)}

        def channel(looks: list[str]) -> Spec:
            return {
                "field": field,
                "type": "nominal",
                "scale": {"domain": list(names), "range": looks},
                "legend": beside,
            }

        return cls(channel([palette.line(number) for number in numbers]), channel([*map(palette.shape, numbers)]))

    def lines(self, values: list[Spec], **mark: object) -> Spec:
        """Return the lines through values.

        Args:
            values: The values.
            mark: What else lines are, such as ``strokeDash``.
        """
        look = {"type": "line", "strokeWidth": 2, "aria": False, **mark}
        return {"data": {"values": values}, "mark": look, "encoding": {"color": self.colour}}

    def points(self, values: list[Spec], size: int) -> Spec:
        """Return a point for each value, which ``told`` describes.

        Args:
            values: The values.
            size: Square pixels of a point.
        """
        return {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": size, "opacity": 1},
            "encoding": {"color": self.colour, "shape": self.shape, "description": {"field": "told"}},
        }


def stacked_bars(
    values: list[Spec],
    bars: list[str],
    field: str,
    fills: Iterable[tuple[str, str]],
    width: int,
    seconds: Spec,
    beside: Spec,
) -> Spec:
    """Return bars of ``seconds``, a part of each by ``order``, which ``told`` describes.

    Args:
        values: The parts; ``case`` is their bar.
        bars: The names of bars, from top to bottom.
        field: The field that has the name of a part.
        fills: The name of each part, and its fill.
        width: `WIDE`, `MIDDLE` or `NARROW`.
        seconds: The axis of seconds.
        beside: The place of the legend.
    """
    parts = list(fills)
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "height": 16, "stroke": "var(--paper)", "strokeWidth": 0.7},
        "encoding": {
            "y": bars_axis(bars, width),
            "x": {"field": "seconds", "type": "quantitative", "stack": "zero", "axis": seconds},
            "color": {
                "field": field,
                "type": "nominal",
                "scale": {"domain": [name for name, _ in parts], "range": [fill for _, fill in parts]},
                "legend": {"title": None, "symbolType": "square", "symbolSize": 200, **beside},
            },
            "order": {"field": "order"},
            "description": {"field": "told"},
        },
    }


def front_line(values: list[Spec]) -> Spec:
    """Return the line of a Pareto front, in steps.

    Args:
        values: The values on the front.
    """
    mark = {"type": "line", "strokeDash": [5, 4], "color": palette.SOFT, "interpolate": "step-after", "aria": False}
    return {"data": {"values": values}, "mark": mark}


def asked_grade(grade: float, told: str) -> Spec:
    """Return a level line at a grade.

    Args:
        grade: The grade.
        told: Its meaning.
    """
    return {
        "data": {"values": [{"grade": grade, "told": told}]},
        "mark": {"type": "rule", "color": "var(--accent)", "strokeDash": [2, 4], "strokeWidth": 1.5},
        "encoding": {"y": {"field": "grade", "type": "quantitative"}, "x": None, "description": {"field": "told"}},
    }
