"""Time against quality: a point for each case, its interval, the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case, cost, samples
from bench.findings.interval import of_median
from bench.findings.names import case_name
from bench.writing import figures, palette, spots
from bench.writing.chart import MILLION, MOST_LABELS, MOST_POINTS, NARROW, WIDE, Spec, chart
from bench.writing.clean import label

FAMILIES = {"gbt": 0, "mlp": 1, "linear": 2, "mlp_lbfgs": 3}  # the colour and the shape of each, on every page


def time_and_quality(cases: Sequence[Case], front: Sequence[Case], asked: float | None, width: int) -> Spec | None:
    """Return time against AUC: a point and an interval for each case, the Pareto front, and the quality asked for.

    Args:
        cases: The cases; at most `MOST_POINTS` are drawn, the front and then the fastest.
        front: The cases on the front.
        asked: The AUC that was asked for, if any.
        width: `WIDE` or `NARROW`.

    Returns:
        None where no case has both.
    """
    on_front = set(front)
    placed = [case for case in cases if cost(case) and case.median("quality", "auc") is not None]
    drawn = [*front, *(case for case in placed if case not in on_front)][:MOST_POINTS]
    if not drawn:
        return None
    train = drawn[0].task == "train"
    values = [_point(case, case in on_front, 1.0 if train else MILLION) for case in drawn]
    height = 420 if width == WIDE else 360
    inner = (width - 70, height - 100)
    levels = [value["auc"] for value in values] + ([asked] if asked is not None else [])
    y_domain, y_pixels = spots.linear_scale(levels, inner[1], 0.002)
    x_domain, spans = spots.log_scale([value[end] for end in ("low", "high", "seconds") for value in values], inner[0])
    lows, highs, middles = (spans[part * len(values) : (part + 1) * len(values)] for part in range(3))
    found = spots.place(
        [value["label"] for value in values],
        list(zip(middles, y_pixels, strict=False)),
        *inner,
        bars=list(zip(lows, highs, y_pixels, strict=False)),
    )
    what = "seconds to a model" if train else "seconds for a million rows"
    layers = [_front_line([value for value in values if value["front"]]), _error_bars(values), _points(values, width)]
    layers += [_text(value, spot) for value, spot in zip(values[:MOST_LABELS], found, strict=False) if spot]
    layers += [] if asked is None else [_asked(asked)]
    best = figures.names([case_name(case) for case in front[:MOST_LABELS]])
    told = f"{what} against AUC for {len(drawn)} cases; on the front: {best}"
    return chart(width, height, told, layers, encoding=_axes(what, x_domain, y_domain, width))


def _axes(what: str, x_domain: tuple[float, float], y_domain: tuple[float, float], width: int) -> Spec:
    title = f"{what}, logarithmic: further left is faster" if width == WIDE else f"{what} (left is faster)"
    return {
        "x": {
            "field": "seconds",
            "type": "quantitative",
            "scale": {"type": "log", "domain": list(x_domain), "nice": False},
            "axis": {"title": title, "tickCount": 5, "labelOverlap": "greedy", "format": "~g"},
        },
        "y": {
            "field": "auc",
            "type": "quantitative",
            "scale": {"domain": list(y_domain), "nice": False},
            "axis": {"title": "AUC: further up is better", "format": ".3f", "tickCount": 5},
        },
    }


def _asked(asked: float) -> Spec:
    return {
        "data": {"values": [{"auc": asked, "told": f"the quality asked for: AUC {asked:.4f}"}]},
        "mark": {"type": "rule", "color": "var(--accent)", "strokeDash": [2, 4], "strokeWidth": 1.5},
        "encoding": {"y": {"field": "auc", "type": "quantitative"}, "x": None, "description": {"field": "told"}},
    }


def _point(case: Case, on_front: bool, factor: float) -> Spec:
    seconds, auc = (cost(case) or 0.0) * factor, case.median("quality", "auc") or 0.0
    span = of_median([value * factor for value in samples(case)])
    between = f", interval {figures.digits(span.low)} to {figures.seconds(span.high)}" if span else ", one repeat"
    return {
        "seconds": seconds,
        "auc": auc,
        "low": span.low if span else seconds,
        "high": span.high if span else seconds,
        "family": label(case.family),
        "label": label(case_name(case)),
        "front": on_front,
        "told": f"{case_name(case)} ({label(case.family)}): {figures.seconds(seconds)}{between}, "
        f"AUC {figures.score(auc)}",
    }


def _front_line(values: list[Spec]) -> Spec:
    return {
        "data": {"values": values},
        "mark": {
            "type": "line",
            "strokeDash": [5, 4],
            "color": palette.SOFT,
            "interpolate": "step-after",
            "aria": False,
        },
    }


def _error_bars(values: list[Spec]) -> Spec:
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "color": palette.SOFT, "strokeWidth": 2, "aria": False},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }


def _points(values: list[Spec], width: int) -> Spec:
    looks = palette.marks((value["family"] for value in values), FAMILIES)
    names = list(looks)
    return {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {
            "color": {
                "field": "family",
                "type": "nominal",
                "scale": {"domain": names, "range": [looks[name][0] for name in names]},
                "legend": {"title": "family", "columns": 3 if width == NARROW else 8},
            },
            "shape": {
                "field": "family",
                "type": "nominal",
                "scale": {"domain": names, "range": [looks[name][1] for name in names]},
            },
            "description": {"field": "told"},
        },
    }


def _text(value: Spec, spot: spots.Spot) -> Spec:
    return {
        "data": {"values": [value]},
        "mark": {
            "type": "text",
            "align": spot.align,
            "dx": spot.dx,
            "dy": spot.dy,
            "baseline": "middle",
            "fontWeight": "bold" if value["front"] else "normal",
            "aria": False,
        },
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
