"""Scaling: speed-up by workers."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.names import case_name
from bench.findings.scales import ScalingPoint
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
