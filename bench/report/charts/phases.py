"""Where the time goes: a bar for each case, stacked from its phases."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.names import case_name
from bench.findings.phases import ORDER, OTHER, PhaseStack
from bench.writing import figures
from bench.writing.chart import MOST_BARS, NARROW, WIDE, Spec, bars_axis, chart, unique
from bench.writing.clean import label

KNOWN = (*ORDER, OTHER)  # `report.css` has a colour for each


def where_time_goes(stacks: Sequence[PhaseStack], width: int) -> Spec | None:
    """Return stacked phases, a bar for each case.

    Args:
        stacks: The time of each case; the first `MOST_BARS` are drawn.
        width: `WIDE` or `NARROW`.
    """
    drawn = stacks[:MOST_BARS]
    if not drawn:
        return None
    bars = unique([label(case_name(stack.case)) for stack in drawn])
    names = sorted({name for stack in drawn for name in stack.seconds}, key=_phase_order)
    values = [
        {
            "case": bar,
            "phase": label(name),
            "seconds": max(0.0, stack.seconds[name]),
            "order": order,
            "told": f"{case_name(stack.case)}: {label(name)} {figures.seconds(stack.seconds[name])} "
            f"of {figures.seconds(stack.wall_s)}",
        }
        for bar, stack in zip(bars, drawn, strict=True)
        for order, name in enumerate(names)
        if name in stack.seconds
    ]
    shown = [label(name) for name in names]
    layer = {
        "data": {"values": values},
        "mark": {"type": "bar", "height": 16, "stroke": "var(--paper)", "strokeWidth": 0.7},
        "encoding": {
            "y": bars_axis(bars, width),
            "x": {
                "field": "seconds",
                "type": "quantitative",
                "stack": "zero",
                "axis": {"title": "seconds, the whole trial", "tickCount": 6},
            },
            "color": {
                "field": "phase",
                "type": "nominal",
                "scale": {"domain": shown, "range": [_colour(name) for name in names]},
                "legend": {"title": None, "columns": 4 if width == NARROW else 12},
            },
            "order": {"field": "order"},
            "description": {"field": "told"},
        },
    }
    step = 26 if width == WIDE else 40
    height = step * len(drawn) + (110 if width == WIDE else 120)
    return chart(width, height, f"Where the time of {len(drawn)} cases goes, phase by phase", [layer])


def _phase_order(name: str) -> tuple[int, str]:
    return KNOWN.index(name if name in KNOWN else "train"), name


def _colour(name: str) -> str:
    """Return the colour of a phase; all phases that strategies named themselves share one."""
    return f"var(--p-{name if name in KNOWN else 'named'})"
