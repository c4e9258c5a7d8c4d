"""Sizes, styles and axes of all charts. Specifications are Vega-Lite, as dictionaries; pure.

Names from strategies get into a specification as values of data only, never into an expression or the name of a field.
"""

from __future__ import annotations

from typing import Any

from bench.writing import palette

Spec = dict[str, Any]
WIDE, MIDDLE, NARROW = 1240, 700, 340  # a desk, a tablet or paper, a telephone
# Vega makes room for text of size MEASURED, and it is drawn in size DRAWN: the reader's font may be wider than Vega's.
MEASURED, DRAWN = 13.5, 12
MOST_BARS = 30
MOST_POINTS = 150
MOST_LABELS = 24
MOST_LINES = 12
MOST_WIDE = 900  # pixels of a chart of lines: lines that are too flat hide their differences


def chart(width: int, height: int, description: str, layers: list[Spec], **more: Any) -> Spec:
    """Return a specification of one chart.

    Args:
        width: Pixels, axes and all.
        height: Pixels, axes and all.
        description: The chart in a sentence, for people who do not see it.
        layers: Its layers.
        more: Further parts of the specification.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": description,
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
        "padding": 4,
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "font": "sans-serif",
            "axis": {
                "labelColor": palette.INK,
                "titleColor": palette.INK,
                "gridColor": palette.GRID,
                "domainColor": palette.SOFT,
                "tickColor": palette.SOFT,
                "labelFontSize": MEASURED,
                "titleFontSize": MEASURED,
                "titleFontWeight": "normal",
                "titlePadding": 8,
                "labelSeparation": 6,
            },
            "legend": {
                "labelColor": palette.INK,
                "titleColor": palette.INK,
                "labelFontSize": MEASURED,
                "titleFontSize": MEASURED,
                "symbolOpacity": 1,
                "labelLimit": 200,
                **legend(width),
            },
            "text": {"color": palette.INK, "fontSize": MEASURED},
        },
        **more,
    }


def legend(width: int, columns: int = 4, narrow: int = 1) -> Spec:
    """Return the place of a legend: beside a wide chart, under others, where a page has no room beside them.

    Args:
        width: `WIDE`, `MIDDLE` or `NARROW`.
        columns: Of a legend under a chart.
        narrow: Of a legend under a narrow one.
    """
    if width >= WIDE:
        return {"orient": "right", "columns": 1}
    return {"orient": "bottom", "columns": narrow if width <= NARROW else columns}


def bars_axis(bars: list[str], width: int) -> Spec:
    """Return the axis with the names of bars: beside them where there is room, else above each of them.

    Args:
        bars: The names, from top to bottom.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """
    axis: Spec = {"title": None, "domain": False, "ticks": False, "labelLimit": 260}
    if width == NARROW:
        axis |= {"labelAlign": "left", "labelOffset": -17, "labelPadding": -1}
    return {"field": "case", "type": "nominal", "sort": bars, "axis": axis}


def unique(names: list[str]) -> list[str]:
    """Return names of which no two are alike, since bars of one name would be one bar.

    Args:
        names: The names; the second of a name gets a number.
    """
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name} ({number})"
        found.append(candidate)
    return found
