"""Resources: a bar and its figure for each case."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case
from bench.findings.names import marked_name
from bench.writing.chart import MOST_BARS, NARROW, Spec, bars_axis, chart, unique
from bench.writing.clean import label


def bars(cases: Sequence[Case], values: Sequence[float | None], title: str, shown: Sequence[str]) -> Spec | None:
    """Return one bar for each case, its figure beside it; narrow, so that three stand side by side.

    Args:
        cases: The cases.
        values: A figure for each; None: no bar.
        title: The meaning of the figure.
        shown: The figures as text.
    """
    held = [(case, value, text) for case, value, text in zip(cases, values, shown, strict=True) if value is not None]
    held = held[:MOST_BARS]
    if not held:
        return None
    names = unique([label(marked_name(case)) for case, _, _ in held])
    most = max(value for _, value, _ in held)
    data = [
        {"case": name, "value": value, "text": text, "told": f"{marked_name(case)}: {title} {text}"}
        for name, (case, value, text) in zip(names, held, strict=True)
    ]
    scale = {"domain": [0, most * 1.35 or 1], "nice": False}
    axes = {
        "y": bars_axis(names, NARROW),
        "x": {"field": "value", "type": "quantitative", "scale": scale, "axis": None},
    }
    layers: list[Spec] = [
        {
            "data": {"values": data},
            "mark": {"type": "bar", "height": 14, "color": "var(--c1)"},
            "encoding": {"description": {"field": "told"}},
        },
        {
            "data": {"values": data},
            "mark": {"type": "text", "align": "left", "dx": 5, "aria": False},
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        },
    ]
    return chart(NARROW, 40 * len(held) + 20, f"{title} of {len(held)} cases", layers, encoding=axes)
