"""Finds a place for the label of each point of a chart, so that no two lie on each other; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CHARACTER, LINE = 6.6, 13  # pixels of a character's width and a line's height, at 12 px
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


def place(
    labels: Sequence[str],
    points: Sequence[tuple[float, float]],
    width: float,
    height: float,
    bars: Sequence[tuple[float, float, float]] = (),
) -> list[Spot | None]:
    """Return a spot for each label, None where there is no room; the first come first.

    Args:
        labels: The labels.
        points: Pixels of each point, from the left and from the top.
        bars: Level lines that no label may cover: pixels of the left end, the right end and the height of each.
        width: Of the chart.
        height: Of the chart.
    """
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    taken += [(left, y - 2, right, y + 2) for left, right, y in bars if right - left > 12]
    found: list[Spot | None] = []
    for label, (x, y) in zip(labels, points, strict=True):
        spot = None
        for align, dx, dy in SIDES:
            long = CHARACTER * len(label)
            left = x + dx - {"left": 0.0, "right": long, "center": long / 2}[align]
            box = (left, y + dy - LINE / 2, left + long, y + dy + LINE / 2)
            inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            own = taken[len(found)]
            if inside and not any(_meet(box, other) for other in taken if other is not own):
                spot = Spot(align, dx, dy)
                taken.append(box)
                break
        found.append(spot)
    return found


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
