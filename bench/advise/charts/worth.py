"""The first grade by rows: what was measured, and the forecast with its bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.advise.charts.growth import placed
from bench.advise.charts.marks import rows_axis
from bench.advise.contenders import rows_shown
from bench.advise.quality import forecast_grade
from bench.problems import Metric
from bench.writing.chart import MOST_WIDE, Spec, chart, unique
from bench.writing.clean import label
from bench.writing.layers import LineLooks, asked_grade

GRID = 16


@dataclass(frozen=True)
class GradeCurve:
    """One contender's grades.

    Attributes:
        name: Its name.
        grades: The grade with each number of rows of the whole table.
    """

    name: str
    grades: Mapping[float, float]


def grades_by_rows(
    curves: Sequence[GradeCurve], asked: float | None, metric: Metric, width: int, least: float | None = None
) -> Spec | None:
    """Return grades by rows.

    Args:
        curves: The contenders; the first ones are drawn.
        asked: The rows asked for; None for what was measured alone.
        metric: The grade.
        width: `WIDE`, `MIDDLE` or `NARROW`.
        least: The grade that was asked for; None where none was.
    """
    places, drawn = placed(curves, lambda curve: bool(curve.grades))
    if not drawn:
        return None
    names = unique([label(curve.name) for curve in drawn])
    looks = LineLooks.of("case", names, width, places, columns=3)
    points = [
        {
            "rows": rows,
            "grade": grade,
            "case": name,
            "told": f"{curve.name}: {metric.label} {metric.shown(grade)} with {rows_shown(rows)} rows",
        }
        for name, curve in zip(names, drawn, strict=True)
        for rows, grade in sorted(curve.grades.items())
    ]
    ahead = (
        []
        if asked is None
        else [value for name, curve in zip(names, drawn, strict=True) for value in _ahead(name, curve, asked, metric)]
    )
    layers: list[Spec] = [
        {
            "data": {"values": ahead},
            "mark": {"type": "area", "opacity": 0.18, "aria": False},
            "encoding": {
                "color": looks.colour,
                "y": {"field": "low80", "type": "quantitative"},
                "y2": {"field": "high80"},
            },
        },
        looks.lines(ahead, strokeDash=[6, 3]),
        looks.lines(points),
        looks.points(points, 70),
    ]
    if least is not None:
        layers.append(asked_grade(least, f"asked for: {metric.label} {metric.shown(least)}"))
    sizes = [value["rows"] for value in (*points, *ahead)]
    axes = {
        "x": rows_axis(min(sizes) / 1.3, max(sizes) * 1.3),
        "y": {
            "field": "grade",
            "type": "quantitative",
            "scale": {"zero": False},
            "axis": {
                "title": f"{metric.label}: further {'up' if metric.better > 0 else 'down'} is better",
                "tickCount": 5,
            },
        },
    }
    return chart(
        min(width, MOST_WIDE), 340, f"{metric.label} by rows of {len(drawn)} strategies", layers, encoding=axes
    )


def _ahead(name: str, curve: GradeCurve, asked: float, metric: Metric) -> list[Spec]:
    """Return the forecast from the largest size to the rows asked for."""
    found = []
    for rows in np.geomspace(max(curve.grades) * 1.01, asked, GRID):
        forecast = forecast_grade(curve.grades, float(rows), metric)
        if forecast is None:
            return []
        ends = {"low80": forecast.low80, "high80": forecast.high80}
        found.append({"rows": float(rows), "grade": forecast.estimate, "case": name, **ends})
    return found
