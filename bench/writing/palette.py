"""Colours and shapes by number; the style sheet ``page.css`` sets each colour, for light and for dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
LINES = (*SHAPES, "triangle-right", "triangle-left", "wedge", "arrow", "M-1,-1L1,-1L-1,1L1,1Z", "M-1,-1L1,1L1,-1L-1,1Z")
COLOURS = 6  # --c1 to --c6
NAMED = 6  # --n1 to --n6
HATCHES = ("up", "down", "dots", "cross", "upright", "level")  # `bench.writing.hatch` draws each
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
    """Return the shape of a line's points: no two lines of a chart have one.

    Args:
        number: The line, from 0.
    """
    return LINES[number % len(LINES)]


def hatched(colour: str, hatch: str | None) -> str:
    """Return a fill: a colour, with lines of paper across it where it has a hatch.

    Args:
        colour: The name of the colour's variable in the style sheet, without its dashes.
        hatch: One of `HATCHES`.
    """
    return f"url(#hatch-{hatch}-{colour})" if hatch else f"var(--{colour})"


def named(number: int) -> str:
    """Return the fill of a part to which a strategy gave a name of its own: others have other hatches or colours.

    Args:
        number: The part, from 0.
    """
    return hatched(f"n{number % NAMED + 1}", HATCHES[(3 + number + number // NAMED) % len(HATCHES)])
