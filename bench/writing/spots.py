"""Finds a place for the label of each point of a chart, so that no two lie on each other; pure."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.writing import palette

CHARACTER, LINE = 7.1, 13  # pixels of a character's width and a line's height, at 12 px, of a wide font
SIDES = (
    ("left", 9, 0),
    ("left", 4, -13),
    ("left", 4, 14),
    ("center", 0, -13),
    ("center", 0, 14),
    ("right", -9, 0),
    ("right", -4, -13),
    ("right", -4, 14),
)
# Further away, with a line from the point to its label: where points lie close to each other.
FAR = tuple(
    ("left" if side > 0 else "right", round(side * reach * math.cos(angle)), round(reach * math.sin(angle)))
    for reach in range(24, 140, 12)
    for angle in (-0.6, 0.6, -1.2, 1.2, -0.9, 0.9, -0.3, 0.3)
    for side in (1, -1)
)
TRIES = 20  # orders in which labels are placed
REACH = 20  # pixels from a point to a label without a line
CLEAR, STEP = 12, 4  # pixels of a line that its point and those on it may cover, and between two looks at the rest


@dataclass(frozen=True)
class Spot:
    """The place of a label, relative to its point.

    Attributes:
        align: The end of the text that is there: ``left``, ``right`` or ``center``.
        dx: Pixels to the right.
        dy: Pixels down.
    """

    align: str
    dx: int
    dy: int

    @property
    def far(self) -> bool:
        """Whether a line leads to it."""
        return math.hypot(self.dx, self.dy) > REACH


def leader(value: dict[str, Any], spot: Spot, x: str, y: str) -> dict[str, Any]:
    """Return the layer of a chart that draws a line from the point of a value to its label.

    Args:
        value: The value, with its place.
        spot: Where the label is.
        x: Field of its place across.
        y: Field of its place up.
    """
    gap = 3 if spot.dx > 0 else -3
    ends = {"x2Offset": spot.dx - gap, "y2Offset": spot.dy}
    return {
        "data": {"values": [value]},
        "mark": {"type": "rule", "color": palette.SOFT, "strokeWidth": 1, "aria": False, **ends},
        "encoding": {"x2": {"field": x}, "y2": {"field": y}},
    }


def text(value: dict[str, Any], spot: Spot, **style: Any) -> dict[str, Any]:
    """Return the layer of a chart that writes the ``label`` of a value beside its point.

    Args:
        value: The value, with its place.
        spot: Where the label is.
        style: Further parts of the mark.
    """
    mark = {"type": "text", "align": spot.align, "dx": spot.dx, "dy": spot.dy, "baseline": "middle", "aria": False}
    return {
        "data": {"values": [value]},
        "mark": {**mark, **style},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }


def place(
    labels: Sequence[str],
    points: Sequence[tuple[float, float]],
    width: float,
    height: float,
    bars: Sequence[tuple[float, float, float]] = (),
    sides: Sequence[tuple[str, int, int]] = SIDES,
) -> list[Spot | None]:
    """Return a spot for each label, None where there is no room; the first come first.

    Args:
        labels: The labels.
        points: Pixels of each point, from the left and from the top.
        bars: Level lines that no label may cover: pixels of the left end, the right end and the height of each.
        width: Of the chart.
        height: Of the chart.
        sides: Places to try: alignment, and pixels to the right and down.
    """
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    taken += [(left, y - 2, right, y + 2) for left, right, y in bars if right - left > 12]
    found: list[Spot | None] = []
    for label, (x, y) in zip(labels, points, strict=True):
        spot = None
        for align, dx, dy in sides:
            long = CHARACTER * len(label)
            left = x + dx - {"left": 0.0, "right": long, "center": long / 2}[align]
            box = (left, y + dy - LINE / 2, left + long, y + dy + LINE / 2)
            inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            own = taken[len(found)]
            parts = [box, *_line(x, y, dx, dy)]
            if inside and not any(_meet(part, other) for part in parts for other in taken if other is not own):
                spot = Spot(align, dx, dy)
                taken += parts
                break
        found.append(spot)
    return found


def place_all(
    labels: Sequence[str], points: Sequence[tuple[float, float]], width: float, height: float
) -> list[Spot | None]:
    """Return a spot for each label as `place` does, further away where points lie close to each other.

    Labels without room come first in another try, so that there is None only where a chart has too many.

    Args:
        labels: The labels.
        points: Pixels of each point, from the left and from the top.
        width: Of the chart.
        height: Of the chart.
    """
    chance, tried = random.Random(0), []  # noqa: S311 - the same chart each time
    order, far = list(range(len(labels))), list(FAR)
    for _ in range(TRIES):
        placed = place([labels[at] for at in order], [points[at] for at in order], width, height, sides=(*SIDES, *far))
        found = dict(zip(order, placed, strict=True))
        tried.append([found[at] for at in range(len(labels))])
        chance.shuffle(far)
        order.sort(key=lambda at: (found[at] is not None, chance.random()))
        if not any(spot is None or spot.far for spot in placed):
            break
    return min(tried, key=_cost)


def _cost(spots: Sequence[Spot | None]) -> tuple[int, float]:
    """Return how many labels have no spot, and the length of all lines."""
    lines = [math.hypot(spot.dx, spot.dy) for spot in spots if spot and spot.far]
    return list(spots).count(None), sum(lines)


def _line(x: float, y: float, dx: int, dy: int) -> list[tuple[float, float, float, float]]:
    """Return boxes along the line from a point to its label; none where that is beside it."""
    long = math.hypot(dx, dy)
    ways = [] if long <= REACH else [at / long for at in range(CLEAR, int(long), STEP)]
    return [(x + way * dx - 1, y + way * dy - 1, x + way * dx + 1, y + way * dy + 1) for way in ways]


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def log_scale(values: Sequence[float], pixels: float) -> tuple[tuple[float, float], list[float]]:
    """Return a domain with some air around the values, and the pixel of each value on it.

    Args:
        values: Positive values.
        pixels: Length of the axis.
    """
    low, high = math.log(min(values)), math.log(max(values))
    air = max(0.12 * (high - low), 0.35)
    low, high = low - air, high + air
    return (math.exp(low), math.exp(high)), [(math.log(value) - low) / (high - low) * pixels for value in values]


def linear_scale(values: Sequence[float], pixels: float, least_air: float) -> tuple[tuple[float, float], list[float]]:
    """Return a domain with some air and the pixels on a linear axis, counted from its upper end.

    Args:
        values: The values.
        pixels: Length of the axis.
        least_air: Least distance of the values from the ends.
    """
    low, high = min(values), max(values)
    air = max(0.15 * (high - low), least_air)
    low, high = low - air, high + air
    return (low, high), [(high - value) / (high - low) * pixels for value in values]
