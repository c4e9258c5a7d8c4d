"""Colours by name; the style sheet says what each is in the light and in the dark."""

from __future__ import annotations

from collections.abc import Iterable

FAMILIES = {"gbt": "1", "mlp": "2", "linear": "3", "mlp_lbfgs": "4"}
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
PHASES = {
    "start": "start",
    "setup": "setup",
    "launch": "launch",
    "import": "import",
    "rendezvous": "rendezvous",
    "load": "load",
    "compile": "compile",
    "train": "train",
    "predict": "predict",
    "write": "write",
    "teardown": "teardown",
    "other": "other",
}
INK, SOFT, GRID, BAD = "var(--ink)", "var(--soft)", "var(--grid)", "var(--bad)"


def families(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a shape for each family: nothing is told by colour alone.

    Args:
        names: The families.
    """
    found: dict[str, tuple[str, str]] = {}
    for name in dict.fromkeys(names):
        number = int(FAMILIES.get(name, str(5 + len(found) % 2)))
        found[name] = (f"var(--c{number})", SHAPES[number - 1])
    return found


def phase(name: str) -> str:
    """Return the colour of a phase; one that a strategy named itself has the colour of its kind, the unnamed."""
    return f"var(--p-{PHASES.get(name, 'named')})"


def line(number: int) -> str:
    """Return the colour of a line in a chart of several."""
    return f"var(--c{number % 6 + 1})"


def shape(number: int) -> str:
    """Return the shape of a line's points: those of one colour have different ones."""
    return SHAPES[(number + number // 6) % 6]
