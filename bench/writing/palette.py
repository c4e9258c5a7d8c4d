"""Colours and shapes by number; the style sheet ``page.css`` sets each colour, for light and for dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
COLOURS = 6  # --c1 to --c6
INK, SOFT, GRID, BAD = "var(--ink)", "var(--soft)", "var(--grid)", "var(--bad)"


def marks(names: Iterable[str], places: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """Return a colour and a shape for each name: nothing is told by colour alone.

    Args:
        names: The names.
        places: The number, from 0, of each name that has the same colour and shape on every page. Other names share
            the numbers that are left, in turn.
    """
    left = [number for number in range(COLOURS) if number not in places.values()] or range(COLOURS)
    found: dict[str, tuple[str, str]] = {}
    for name in dict.fromkeys(names):
        number = places.get(name, left[len(found) % len(left)])
        found[name] = (line(number), SHAPES[number % len(SHAPES)])
    return found


def line(number: int) -> str:
    """Return the colour of a line in a chart of several.

    Args:
        number: The line, from 0.
    """
    return f"var(--c{number % COLOURS + 1})"


def shape(number: int) -> str:
    """Return the shape of a line's points: those of one colour have different ones.

    Args:
        number: The line, from 0.
    """
    return SHAPES[(number + number // COLOURS) % len(SHAPES)]
