"""Scaling: speed-up by workers."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.names import case_name
from bench.findings.scales import ScalingPoint
from bench.writing import figures, palette
from bench.writing.chart import MOST_LINES, MOST_WIDE, Spec, chart, unique
from bench.writing.clean import label
from bench.writing.layers import LineLooks


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
    looks = LineLooks.of("strategy", list(names.values()), width)
    layers: list[Spec] = [
        {
            "data": {"values": ideal},
            "mark": {"type": "line", "strokeDash": [3, 3], "color": palette.SOFT, "strokeWidth": 2, "aria": False},
            "encoding": {"detail": {"field": "strategy"}},
        },
        looks.lines(values),
        {
            "data": {"values": values},
            "mark": {"type": "point", "size": 90, "strokeWidth": 2, "opacity": 1},
            "encoding": {
                "color": looks.colour,
                "shape": looks.shape,
                "fill": {
                    **looks.colour,
                    "condition": {"test": "datum.crowded", "value": "var(--paper)"},
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
