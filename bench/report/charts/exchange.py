"""When distribution pays: efficiency by operations for each byte sent, and the parts of a step of each rank."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.exchange import Payoff, StepPoint
from bench.findings.names import marked_name
from bench.report.distribution import curve_name, intensity
from bench.writing import figures, palette
from bench.writing.chart import MOST_BARS, MOST_LINES, MOST_WIDE, NARROW, WIDE, Spec, chart, legend, unique
from bench.writing.clean import label
from bench.writing.layers import LineLooks, stacked_bars

PARTS = {"computes": palette.hatched("p-train", None), "exchanges": palette.hatched("p-rendezvous", "cross")}


def efficiency(found: Payoff, width: int) -> Spec | None:
    """Return efficiency by operations for each byte sent, a line for each network, strategy and number of workers.

    Args:
        found: The steps.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """
    curves = list(dict.fromkeys(map(curve_name, found.placed)))[:MOST_LINES]
    short = {curve_name(point): f"{_prefix(point, found.placed)} W={point.case.workers}" for point in found.placed}
    names = dict(zip(curves, unique([label(short[name]) for name in curves]), strict=True))
    values = [
        {
            "intensity": point.intensity,
            "efficiency": point.efficiency,
            "curve": names[curve_name(point)],
            "told": f"{curve_name(point)}, batches of {point.case.batch_size:,}: efficiency "
            f"{figures.times(point.efficiency)} at {intensity(point)} operations for each byte"
            f"{', disturbed' if point.case.disturbed else ''}",
        }
        for point in found.placed
        if curve_name(point) in names
    ]
    if not values:
        return None
    looks = LineLooks.of("curve", list(names.values()), width)
    layers: list[Spec] = [
        {
            "data": {"values": [{"efficiency": 1, "told": "more workers cost nothing: efficiency 1"}]},
            "mark": {"type": "rule", "strokeDash": [3, 3], "color": palette.SOFT, "strokeWidth": 2},
            "encoding": {"x": None, "description": {"field": "told"}},
        },
        looks.lines(values),
        looks.points(values, 90),
    ]
    places = [point.intensity or 0.0 for point in found.placed]
    title = "operations for each byte sent, logarithmic" if width != NARROW else "operations for each byte sent"
    axes = {
        "x": {
            "field": "intensity",
            "type": "quantitative",
            "scale": {"type": "log", "domain": [min(places) / 1.5, max(places) * 1.5], "nice": False},
            "axis": {"title": title, "tickCount": 5, "format": "~s", "labelOverlap": "greedy"},
        },
        "y": {
            "field": "efficiency",
            "type": "quantitative",
            "scale": {"zero": True},
            "axis": {"title": "efficiency of a step", "tickCount": 5},
        },
    }
    told = f"Efficiency by operations for each byte sent, {len(names)} {'lines' if len(names) > 1 else 'line'}"
    return chart(min(width, MOST_WIDE), 340, told, layers, encoding=axes)


def parts_of_a_step(points: Sequence[StepPoint], width: int) -> Spec | None:
    """Return the seconds of a step in which each rank computes and exchanges gradients, a bar for each rank.

    Args:
        points: The steps; the first `MOST_BARS` ranks are drawn.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """
    ranks = [(point, number, rank) for point in points for number, rank in enumerate(point.ranks)][:MOST_BARS]
    if not ranks:
        return None
    bars = unique(
        [
            label(f"{_prefix(point, points)} W={point.case.workers}, {point.case.batch_size:,}, #{number}")
            for point, number, _ in ranks
        ]
    )
    values = [
        {
            "case": bar,
            "part": part,
            "seconds": seconds,
            "order": order,
            "told": f"{_rank_name(point, number)} {part} {figures.seconds(seconds)} a step",
        }
        for bar, (point, number, rank) in zip(bars, ranks, strict=True)
        for order, (part, seconds) in enumerate(zip(PARTS, (rank.compute_s, rank.exchange_s), strict=True))
    ]
    axis = {"title": "seconds of a step", "tickCount": 5}
    layer = stacked_bars(values, bars, "part", PARTS.items(), width, axis, legend(width, 2, 2))
    height = (40 if width == NARROW else 26) * len(ranks) + (60 if width == WIDE else 90)
    return chart(width, height, f"The parts of a step of {len(ranks)} ranks", [layer])


def _rank_name(point: StepPoint, number: int) -> str:
    network = f"{point.network}: " if point.network else ""
    return f"{network}{marked_name(point.case)}, rank {number}"


def _prefix(point: StepPoint, points: Sequence[StepPoint]) -> str:
    """Return what tells a case from the others, as short as it can be: an axis has room for few characters."""
    networks = {other.network for other in points}
    names = {network.partition("(")[0] for network in networks}
    network = point.network.partition("(")[0] if len(names) == len(networks) else point.network
    several = len({other.case.strategy for other in points}) > 1
    words = [network or "own"] if len(networks) > 1 else []
    return ", ".join([*words, point.case.strategy] if several or not words else words)
