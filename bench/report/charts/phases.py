"""Where the time goes: a bar for each case, stacked from its phases."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.names import marked_name
from bench.findings.phases import ORDER, OTHER, PhaseStack
from bench.writing import figures, palette
from bench.writing.chart import MOST_BARS, NARROW, WIDE, Spec, chart, legend, unique
from bench.writing.clean import label
from bench.writing.layers import stacked_bars

KNOWN = (*ORDER, OTHER)
# `report.css` has a colour for each; the others, of hand-offs, take theirs in turn, as those that strategies named.
COLOURED = (
    *("start", "setup", "launch", "import", "rendezvous", "load", "compile", "train", "predict", "write", "teardown"),
    OTHER,
)
BESIDE = {"check": "teardown"}  # where others stand that are not there for training
# Phases with one hatch differ in lightness, so that a print in grey tells them apart.
HATCHES = {
    "start": "up",
    "launch": "down",
    "import": "dots",
    "rendezvous": "cross",
    "load": "upright",
    "compile": "level",
    "predict": "down",
    "write": "up",
    "teardown": "dots",
}


def where_time_goes(stacks: Sequence[PhaseStack], width: int, named: Sequence[str] = ()) -> Spec | None:
    """Return stacked phases, a bar for each case.

    Args:
        stacks: The time of each case; the first `MOST_BARS` are drawn.
        width: `WIDE`, `MIDDLE` or `NARROW`.
        named: Phases of all charts of the page, so that each has one look in all of them.
    """
    drawn = stacks[:MOST_BARS]
    if not drawn:
        return None
    bars = unique([label(marked_name(stack.case)) for stack in drawn])
    names = sorted({name for stack in drawn for name in stack.seconds}, key=_phase_order)
    values = [
        {
            "case": bar,
            "phase": label(name),
            "seconds": max(0.0, stack.seconds[name]),
            "order": order,
            "told": f"{marked_name(stack.case)}: {label(name)} {figures.seconds(stack.seconds[name])} "
            f"of {figures.seconds(stack.wall_s)}{', disturbed' if name in stack.disturbed else ''}",
        }
        for bar, stack in zip(bars, drawn, strict=True)
        for order, name in enumerate(names)
        if name in stack.seconds
    ]
    fills = zip(map(label, names), _fills(names, named or names), strict=True)
    axis = {"title": "seconds, the whole trial", "tickCount": 6}
    layer = stacked_bars(values, bars, "phase", fills, width, axis, legend(width, 7, 3))
    step = 40 if width == NARROW else 26
    rows = 0 if width == WIDE else -(-len(names) // (3 if width == NARROW else 7))  # of the legend under the chart
    height = max(step * len(drawn) + 60 + 22 * rows, 22 * len(names) + 20 if width == WIDE else 0)
    return chart(width, height, f"Where the time of {len(drawn)} cases goes, phase by phase", [layer])


def _phase_order(name: str) -> tuple[int, str]:
    return KNOWN.index(name if name in KNOWN else BESIDE.get(name, "train")), name


def _fills(names: Sequence[str], all_names: Sequence[str]) -> list[str]:
    """Return the fill of each phase; those without a colour of their own take theirs in turn, of all names."""
    own = {name: number for number, name in enumerate(name for name in all_names if name not in COLOURED)}
    return [
        palette.named(own[name]) if name in own else palette.hatched(f"p-{name}", HATCHES.get(name)) for name in names
    ]
