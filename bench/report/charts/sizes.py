"""Seconds, peak memory and the first grade by rows: what was measured on datasets of several sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.findings.scales import Curve, RowScaling
from bench.writing import figures
from bench.writing.chart import MOST_LINES, MOST_WIDE, Spec, chart, unique
from bench.writing.clean import label
from bench.writing.layers import LineLooks

Point = tuple[float, float, float, float]  # rows, the value, and the ends of its interval


def time_by_rows(found: RowScaling, width: int) -> Spec | None:
    """Return seconds by rows, both logarithmic, a line for each case.

    Args:
        found: The measurements on datasets of several sizes.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """

    def points(curve: Curve) -> list[Point]:
        return [
            (rows, seconds, span.low if span else seconds, span.high if span else seconds)
            for rows, seconds, span in curve.points
        ]

    return _lines(found, width, "seconds, logarithmic", points, figures.seconds, {"type": "log"}, "~g")


def memory_by_rows(found: RowScaling, width: int) -> Spec | None:
    """Return peak memory by rows, both logarithmic; arguments as for `time_by_rows`."""

    def points(curve: Curve) -> list[Point]:
        return [(rows, peak, peak, peak) for rows, peak in curve.memory]

    return _lines(found, width, "bytes, logarithmic", points, figures.size, {"type": "log"}, "~s")


def grade_by_rows(found: RowScaling, width: int) -> Spec | None:
    """Return the first grade by rows, the rows logarithmic; arguments as for `time_by_rows`."""
    metric = found.metric

    def points(curve: Curve) -> list[Point]:
        return [(rows, grade, grade, grade) for rows, grade in curve.grades]

    title = f"{metric.label}: further {'up' if metric.better > 0 else 'down'} is better"
    return _lines(found, width, title, points, metric.shown, {"zero": False}, ",.4~r" if metric.relative else ".3f")


def _lines(
    found: RowScaling,
    width: int,
    title: str,
    points: Callable[[Curve], Sequence[Point]],
    show: Callable[[float], str],
    scale: Spec,
    form: str,
) -> Spec | None:
    curves = sorted(found.curves, key=lambda curve: curve.points[-1][1])[:MOST_LINES]
    names = unique([label(curve.name) for curve in curves])
    values = [
        {
            "rows": rows,
            "value": value,
            "low": low,
            "high": high,
            "case": name,
            "told": f"{curve.name} on {rows:,.0f} rows: {show(value)}",
        }
        for name, curve in zip(names, curves, strict=True)
        for rows, value, low, high in points(curve)
    ]
    if not values:
        return None
    looks = LineLooks.of("case", names, width)
    layers: list[Spec] = [
        looks.lines(values),
        {
            "data": {"values": values},
            "mark": {"type": "rule", "aria": False, "strokeWidth": 2},
            "encoding": {
                "color": looks.colour,
                "y": {"field": "low", "type": "quantitative"},
                "y2": {"field": "high"},
            },
        },
        looks.points(values, 80),
    ]
    sizes = sorted({rows for curve in curves for rows, _, _ in curve.points})
    axes = {
        "x": {
            "field": "rows",
            "type": "quantitative",
            "scale": {"type": "log", "domain": [sizes[0] / 1.3, sizes[-1] * 1.3], "nice": False},
            "axis": {"title": "rows, logarithmic", "values": sizes, "format": "~s", "labelOverlap": "greedy"},
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "scale": scale,
            "axis": {"title": title, "tickCount": 5, "format": form, "labelOverlap": "greedy"},
        },
    }
    what = title.partition(",")[0].partition(":")[0].capitalize()
    return chart(min(width, MOST_WIDE), 380, f"{what} by rows of {len(curves)} cases", layers, encoding=axes)
