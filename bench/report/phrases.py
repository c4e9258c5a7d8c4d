"""Phrases that several parts and formats of the report share; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.crossover import Crossover
from bench.findings.overhead import Overhead
from bench.findings.scales import RowScaling, ScalingPoint
from bench.writing import figures

NAMED = 4  # cases that are named one by one


def cores(point: ScalingPoint) -> str:
    """Return how many cores the workers could use, and whether there were more workers than cores."""
    case = point.case
    return f"{case.cores_in_use} of {case.cores}{', shared' if point.oversubscribed else ''}"


def crossover_rows(at: Crossover) -> str:
    """Return from how many rows on B beats A."""
    if at.rows is None:
        return f"not within the range measured (still {figures.times(at.times_at_most)} times as long)"
    return f"{_rows(at.rows)} rows"


def crossover_interval(at: Crossover) -> str:
    """Return the uncertainty of the rows from which on B beats A."""
    if at.rows is None:
        return ""
    if not at.known:
        return "none: too few repeats"
    low = "below the range measured" if at.low is None else _rows(at.low)
    high = "beyond the range measured" if at.high is None else _rows(at.high)
    return f"{low} to {high}"


def _rows(value: float) -> str:
    """Return a number of rows with two digits that count: an interpolation has no more."""
    return f"{float(f'{value:.2g}'):,.0f}"


def fastest_by_rows(found: RowScaling) -> str:
    """Return a sentence that names the fastest on few rows and on many, and the number of rows between."""
    if found.disturbed:
        return "Others disturbed some of these trials: none can be called the fastest."
    few, many = found.fastest
    if few == many:
        return f"{few} is the fastest on the fewest rows and on the most."
    at = next((at for at in found.crossovers if (at.a, at.b) == (few, many)), None)
    if at is None or at.rows is None:
        return f"On the fewest rows {few} is the fastest, on the most {many}."
    return (
        f"On the fewest rows {few} is the fastest, on the most {many}, which beats it from {crossover_rows(at)} on "
        f"(interval: {crossover_interval(at)})."
    )


def overhead_of(found: Overhead, seconds: str) -> str:
    """Return the harness's own time per trial, where it comes from, and a mark where others disturbed it.

    Args:
        found: The figure.
        seconds: The same as text.
    """
    mark = f", {found.cause.mark}" if found.cause else ""
    return f"{seconds} a trial, the wall time of strategy null{mark}"


def others(names: Sequence[str]) -> list[str]:
    """Return how many cases are left after those that are named one by one; empty where none is.

    Args:
        names: All of them.
    """
    return [f"{len(names) - NAMED} others"] if len(names) > NAMED else []
