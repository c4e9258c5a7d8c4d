"""Time against quality: a point for each case, its interval, the Pareto front."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

from bench.families import OWN, family_of
from bench.findings.cases import Case
from bench.findings.interval import of_median
from bench.findings.names import case_name, marked_name
from bench.problems import Metric
from bench.writing import figures, palette, spots
from bench.writing.chart import MOST_LABELS, MOST_POINTS, NARROW, WIDE, Spec, chart, legend
from bench.writing.clean import label
from bench.writing.layers import asked_grade, front_line

BESIDE = 250  # pixels of the axis and of a legend beside the chart
ONE_LINE = 30  # characters of a title that a narrow chart has room for, beside what is better


def time_and_quality(cases: Sequence[Case], front: Sequence[Case], asked: float | None, width: int) -> Spec | None:
    """Return time against the first grade: points and intervals of cases, the Pareto front, and the grade asked for.

    Args:
        cases: The cases; at most `MOST_POINTS` are drawn, the front and then the fastest.
        front: The cases on the front.
        asked: The grade that was asked for, if any.
        width: `WIDE`, `MIDDLE` or `NARROW`.

    Returns:
        None where no case has both.
    """
    on_front = set(front)
    placed = [case for case in cases if case.counted_samples and case.grade is not None]
    drawn = [*front, *(case for case in placed if case not in on_front)][:MOST_POINTS]
    if not drawn:
        return None
    task, metric = drawn[0].kind, drawn[0].problem.metrics[0]
    values = [_point(case, case in on_front) for case in drawn]
    height = 360 if width == NARROW else 420
    inner = (width - (BESIDE if width == WIDE else 70), height - 100)
    levels = [value["grade"] for value in values] + ([asked] if asked is not None else [])
    unit = max(map(abs, levels)) if metric.relative else 1.0
    y_domain, y_pixels = spots.linear_scale(levels, inner[1], 0.002 * (unit or 1.0))
    x_domain, spans = spots.log_scale([value[end] for end in ("low", "high", "seconds") for value in values], inner[0])
    lows, highs, middles = (spans[part * len(values) : (part + 1) * len(values)] for part in range(3))
    places = list(zip(middles, y_pixels, strict=False))
    bars = list(zip(lows, highs, y_pixels, strict=False))
    bars += [(x, end, y) for (x, y), (end, _) in itertools.pairwise(places[: len(front)])]  # the line of the front
    bars += [] if asked is None else [(0.0, inner[0], y_pixels[-1])]
    found = spots.place([value["label"] for value in values], places, *inner, bars)
    what = f"seconds {task.result}"
    layers = [front_line([value for value in values if value["front"]]), _error_bars(values), points(values, width)]
    layers += [text(value, spot) for value, spot in zip(values[:MOST_LABELS], found, strict=False) if spot]
    if asked is not None:
        layers.append(asked_grade(asked, f"the quality asked for: {metric.label} {metric.shown(asked)}"))
    best = figures.names([case_name(case) for case in front[:MOST_LABELS]]) if front else "none"
    told = f"{what} against {metric.label} for {len(drawn)} cases; on the front: {best}"
    return chart(width, height, told, layers, encoding=_axes(what, metric, x_domain, y_domain, width))


def _axes(what: str, metric: Metric, x_domain: tuple[float, float], y_domain: tuple[float, float], width: int) -> Spec:
    title: str | list[str] = f"{what}, logarithmic: further left is faster"
    if width == NARROW:
        title = f"{what} (left is faster)" if len(what) <= ONE_LINE else [what, "(left is faster)"]
    return {
        "x": {
            "field": "seconds",
            "type": "quantitative",
            "scale": {"type": "log", "domain": list(x_domain), "nice": False},
            "axis": {"title": title, "tickCount": 5, "labelOverlap": "greedy", "format": "~g"},
        },
        "y": {
            "field": "grade",
            "type": "quantitative",
            "scale": {"domain": list(y_domain), "nice": False},
            "axis": {
                "title": f"{metric.label}: further {'up' if metric.better > 0 else 'down'} is better",
                "format": ",.4~r" if metric.relative else ".3f",
                "tickCount": 5,
            },
        },
    }


def _point(case: Case, on_front: bool) -> Spec:
    rows, grade = case.kind.axis_rows, case.grade or 0.0
    values = [case.kind.scaled(value, rows) for value in case.counted_samples]
    seconds, span = statistics.median(values), of_median(values)
    between = f", interval {figures.digits(span.low)} to {figures.seconds(span.high)}" if span else ", one repeat"
    return {
        "seconds": seconds,
        "grade": grade,
        "low": span.low if span else seconds,
        "high": span.high if span else seconds,
        "family": label(case.family),
        "label": label(marked_name(case)),
        "front": on_front,
        "told": f"{marked_name(case)} ({label(case.family)}): {figures.seconds(seconds)}{between}, "
        f"{case.problem.metrics[0].label} {case.problem.metrics[0].shown(grade)}",
    }


def _error_bars(values: list[Spec]) -> Spec:
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "color": palette.SOFT, "strokeWidth": 2, "aria": False},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }


def points(values: list[Spec], width: int, size: int = 110) -> Spec:
    """Return a point for each value, by the colour and shape of its ``family``; ``told`` describes it.

    Args:
        values: The values.
        width: `WIDE`, `MIDDLE` or `NARROW`.
        size: Square pixels of a point.
    """
    families = [family_of(value["family"]) for value in values]
    places = {family.name: family.colour - 1 for family in (*(file.FAMILY for file in OWN), *families) if family.colour}
    looks = palette.marks((value["family"] for value in values), places)
    names = list(looks)
    return {
        "data": {"values": values},
        # The edge of paper tells points that touch from one.
        "mark": {"type": "point", "filled": True, "size": size, "opacity": 1, "stroke": "var(--paper)"},
        "encoding": {
            "color": {
                "field": "family",
                "type": "nominal",
                "scale": {"domain": names, "range": [looks[name][0] for name in names]},
                "legend": {"title": "family", **legend(width, 8, 3)},
            },
            "shape": {
                "field": "family",
                "type": "nominal",
                "scale": {"domain": names, "range": [looks[name][1] for name in names]},
            },
            "description": {"field": "told"},
        },
    }


def text(value: Spec, spot: spots.Spot) -> Spec:
    """Return the ``label`` of a value beside its point, bold where it is on the ``front``."""
    return spots.text(value, spot, fontWeight="bold" if value["front"] else "normal")
