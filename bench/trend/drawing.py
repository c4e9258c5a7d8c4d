"""The drawing of a series: a dot for each night, a line for each stretch without a step, and its steps."""

from __future__ import annotations

import math

from bench.trend import words
from bench.trend.series import Series
from bench.writing import palette
from bench.writing.chart import Spec, chart
from bench.writing.clean import shown

WIDTH, HEIGHT = 760, 210
LEAST_RANGE = 0.06  # of the logarithms, from bottom to top: a smaller range would draw noise as mountains
SECONDS = "format(exp(datum.value), '.4~g') + ' s'"
RATIO = "format(exp(datum.value) - 1, '+.1%')"


def draw(series: Series) -> Spec:
    """Return the chart of a series, as a specification.

    Args:
        series: The series.
    """
    logs = [point.log for point in series.points]
    middle, half = (max(logs) + min(logs)) / 2, max(max(logs) - min(logs), LEAST_RANGE) / 2
    layers = [_steps(series), _levels(series), _dots(series)]
    first, last = series.points[0].day, series.points[-1].day
    encoding = {
        "x": _across(len(logs), f"nights from {shown(first)} to {shown(last)}"),
        "y": {
            "field": "log",
            "type": "quantitative",
            "scale": {"domain": [middle - half, middle + half], "nice": False, "zero": False},
            "axis": {
                "title": None,
                "ticks": False,
                "labelPadding": 8,
                "domain": False,
                "values": [middle - half, middle, middle + half],
                "labelExpr": SECONDS if series.reference is None else RATIO,
            },
        },
    }
    return chart(WIDTH, HEIGHT, f"The nights of {shown(series.case)}", layers, encoding=encoding)


def _across(number: int, title: str) -> Spec:
    return {
        "field": "night",
        "type": "quantitative",
        "scale": {"domain": [0, max(1, number - 1)], "nice": False},
        "axis": {
            "title": title,
            "titleAnchor": "start",
            "labels": False,
            "ticks": False,
            "grid": False,
            "domain": False,
        },
    }


def _steps(series: Series) -> Spec:
    values = [
        {
            "night": change.step.at - 0.5,
            "told": words.change(series, change),
            "colour": palette.BAD if change.alarm else palette.SOFT,
        }
        for change in series.changes
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "strokeWidth": 1.5, "strokeDash": [4, 3]},
        "encoding": {
            "y": None,
            "color": {"field": "colour", "type": "nominal", "scale": None, "legend": None},
            "description": {"field": "told"},
        },
    }


def _levels(series: Series) -> Spec:
    values = [{"night": level.first, "last": level.last, "log": level.log} for level in series.levels]
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "color": palette.line(0), "strokeWidth": 2.5, "aria": False},
        "encoding": {"x2": {"field": "last"}},
    }


def _dots(series: Series) -> Spec:
    values = [
        {
            "night": index,
            "log": point.log,
            "told": f"{point.day}, {words.short(point.commit)}: {_said(series, point.log)}",
        }
        for index, point in enumerate(series.points)
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "size": 40, "opacity": 1, "color": palette.line(0)},
        "encoding": {"description": {"field": "told"}},
    }


def _said(series: Series, log: float) -> str:
    return f"{math.exp(log):.4g} s" if series.reference is None else f"{math.expm1(log):+.1%}"
