"""The drawing of a case: its pairs of runs in the order of measurement, from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.gate.verdict.verdict import VerdictEntry
from bench.writing import palette
from bench.writing.chart import Spec, chart

WIDTH, HEIGHT = 640, 210
COLOURS = {"baseline": palette.line(0), "candidate": palette.line(1)}
SHAPES = {"baseline": "circle", "candidate": "square"}  # without colours, a print needs them


@dataclass(frozen=True)
class Drawing:
    """The drawing of a case.

    Attributes:
        spec: The chart: two dots for each pair and the line between them.
        titles: The figures of each pair, a sentence each.
    """

    spec: Spec
    titles: tuple[str, ...]


def draw(entry: VerdictEntry) -> Drawing | None:
    """Return the drawing of a case, None where there is no pair.

    Args:
        entry: A case's entry in the verdict.
    """
    pairs = entry["pairs"]
    if not pairs:
        return None
    titles = tuple(_title(number, pair) for number, pair in enumerate(pairs))
    values = [_value(number, pair, title) for number, (pair, title) in enumerate(zip(pairs, titles, strict=True))]
    seconds = [pair[f"{arm}_s"] for pair in pairs for arm in COLOURS]
    slower = sum(pair["candidate_s"] > pair["baseline_s"] for pair in pairs)
    summary = (
        f"{len(pairs)} pairs of runs, from {min(seconds):.3g} s to {max(seconds):.3g} s; "
        f"the candidate took longer in {slower} of them."
    )
    margin = (max(seconds) - min(seconds)) * 0.08 or max(seconds) * 0.08
    domain = [max(0.0, min(seconds) - margin), max(seconds) + margin]
    steady, disturbed = ([value for value in values if value["noisy"] == noisy] for noisy in (False, True))
    layers = [_lines(steady, domain), _lines(disturbed, domain, strokeDash=[3, 3])]
    layers += [_dots(values, domain, arm) for arm in COLOURS]
    return Drawing(chart(WIDTH, HEIGHT, summary, layers, encoding={"x": _across(len(pairs))}), titles)


def _value(number: int, pair: dict[str, Any], title: str) -> Spec:
    confirms = pair["stage"] == "confirm"
    return {
        "number": number,
        "noisy": bool(pair["noisy"]),
        "told": title,
        **{arm: pair[f"{arm}_s"] for arm in COLOURS},
        **{f"{arm}_fill": colour if confirms else "var(--paper)" for arm, colour in COLOURS.items()},
    }


def _across(number: int) -> Spec:
    return {
        "field": "number",
        "type": "quantitative",
        "scale": {"domain": [-0.5, number - 0.5], "nice": False},
        "axis": {
            "title": "pairs, in the order in which they were measured",
            "titleAnchor": "start",
            "labels": False,
            "ticks": False,
            "grid": False,
            "domain": False,
        },
    }


def _upwards(arm: str, domain: list[float]) -> Spec:
    return {
        "field": arm,
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {
            "title": None,
            "tickCount": 4,
            "ticks": False,
            "labelPadding": 8,
            "domain": False,
            "labelExpr": "format(datum.value, '~g') + ' s'",
        },
    }


def _lines(values: Sequence[Spec], domain: list[float], **style: Any) -> Spec:
    return {
        "data": {"values": list(values)},
        "mark": {"type": "rule", "color": palette.SOFT, **style},
        "encoding": {"y": _upwards("baseline", domain), "y2": {"field": "candidate"}, "description": {"field": "told"}},
    }


def _dots(values: Sequence[Spec], domain: list[float], arm: str) -> Spec:
    return {
        "data": {"values": list(values)},
        "mark": {
            "type": "point",
            "shape": SHAPES[arm],
            "size": 50,
            "stroke": COLOURS[arm],
            "strokeWidth": 2,
            "opacity": 1,
        },
        "encoding": {
            "y": _upwards(arm, domain),
            "fill": {"field": f"{arm}_fill", "type": "nominal", "scale": None, "legend": None},
            "description": {"field": "told"},
        },
    }


def _title(number: int, pair: dict[str, Any]) -> str:
    noisy = ", disturbed" if pair["noisy"] else ""
    return (
        f"Pair {number + 1} ({pair['stage']}, {pair['order']}{noisy}): "
        f"baseline {pair['baseline_s']:.4g} s, candidate {pair['candidate_s']:.4g} s"
    )
