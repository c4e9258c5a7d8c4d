"""Scaling: speed-up by workers, and seconds by rows."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.names import case_name
from bench.findings.scales import RowScaling, ScalingPoint
from bench.writing import figures, palette
from bench.writing.chart import MOST_LINES, Spec, chart, legend, unique
from bench.writing.clean import label

MOST_WIDE = 900  # pixels: lines that are too flat hide their differences


def speed_up(points: Sequence[ScalingPoint], width: int) -> Spec | None:
    """Return speed-up by workers, with the ideal line; points with more workers than cores are hollow.

    Args:
        points: The cases that scale.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """
    strategies = list(dict.fromkeys(point.case.strategy for point in points))[:MOST_LINES]
    if not strategies:
        return None
    names = dict(zip(strategies, unique([label(name) for name in strategies]), strict=True))
    values = [
        {
            "workers": point.case.workers,
            "speedup": point.speedup,
            "strategy": names[point.case.strategy],
            "crowded": point.oversubscribed,
            "told": f"{case_name(point.case)}: speed-up {figures.times(point.speedup)}, efficiency "
            f"{figures.times(point.efficiency)}{', more workers than cores' if point.oversubscribed else ''}",
        }
        for point in points
        if point.case.strategy in names
    ]
    ideal = [
        {"workers": p.case.workers, "speedup": p.ideal, "strategy": names[p.case.strategy]}
        for p in points
        if p.case.strategy in names
    ]
    colours = {"domain": list(names.values()), "range": [palette.line(number) for number in range(len(names))]}
    shapes = {"domain": list(names.values()), "range": [palette.shape(number) for number in range(len(names))]}
    beside = {"title": None, **legend(width)}
    colour = {"field": "strategy", "type": "nominal", "scale": colours, "legend": beside}
    layers: list[Spec] = [
        {
            "data": {"values": ideal},
            "mark": {"type": "line", "strokeDash": [3, 3], "color": palette.SOFT, "strokeWidth": 2, "aria": False},
            "encoding": {"detail": {"field": "strategy"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "line", "strokeWidth": 2, "aria": False},
            "encoding": {"color": colour},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "size": 90, "strokeWidth": 2, "opacity": 1},
            "encoding": {
                "color": colour,
                "shape": {"field": "strategy", "type": "nominal", "scale": shapes, "legend": beside},
                "fill": {
                    "condition": {"test": "datum.crowded", "value": "var(--paper)"},
                    "field": "strategy",
                    "type": "nominal",
                    "scale": colours,
                    "legend": None,
                },
                "description": {"field": "told"},
            },
        },
    ]
    axes = {
        "x": {"field": "workers", "type": "ordinal", "axis": {"title": "workers", "labelAngle": 0}},
        "y": {
            "field": "speedup",
            "type": "quantitative",
            "scale": {"zero": True},
            "axis": {"title": "speed-up against the fewest workers", "tickCount": 5},
        },
    }
    return chart(min(width, MOST_WIDE), 340, f"Speed-up by workers of {len(names)} strategies", layers, encoding=axes)


def time_by_rows(found: RowScaling, width: int) -> Spec | None:
    """Return seconds by rows, both logarithmic, a line for each case.

    Args:
        found: The measurements on datasets of several sizes.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """
    curves = sorted(found.curves, key=lambda curve: curve.points[-1][1])[:MOST_LINES]
    if not curves:
        return None
    names = unique([label(curve.name) for curve in curves])
    values = [
        {
            "rows": rows,
            "seconds": seconds,
            "low": span.low if span else seconds,
            "high": span.high if span else seconds,
            "case": name,
            "told": f"{curve.name} on {rows:,} rows: {figures.seconds(seconds)}",
        }
        for name, curve in zip(names, curves, strict=True)
        for rows, seconds, span in curve.points
    ]
    colours = {"domain": names, "range": [palette.line(number) for number in range(len(names))]}
    beside = {"title": None, **legend(width)}
    colour = {"field": "case", "type": "nominal", "scale": colours, "legend": beside}
    shapes = {"domain": names, "range": [palette.shape(number) for number in range(len(names))]}
    layers: list[Spec] = [
        {
            "data": {"values": values},
            "mark": {"type": "line", "aria": False, "strokeWidth": 2},
            "encoding": {"color": colour},
        },
        {
            "data": {"values": values},
            "mark": {"type": "rule", "aria": False, "strokeWidth": 2},
            "encoding": {"color": colour, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
            "encoding": {
                "color": colour,
                "shape": {"field": "case", "type": "nominal", "scale": shapes, "legend": beside},
                "description": {"field": "told"},
            },
        },
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
            "field": "seconds",
            "type": "quantitative",
            "scale": {"type": "log"},
            "axis": {"title": "seconds, logarithmic", "tickCount": 5, "format": "~g", "labelOverlap": "greedy"},
        },
    }
    return chart(min(width, MOST_WIDE), 380, f"Seconds by rows of {len(curves)} cases", layers, encoding=axes)
