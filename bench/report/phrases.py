"""What several formats of the report say in the same words; pure."""

from __future__ import annotations

from bench.report import figures
from bench.report.crossover import Crossover
from bench.report.scales import Point


def workers_and_cores(point: Point) -> str:
    """Return how many cores the workers had, and whether they had to share them."""
    case = point.case
    workers = f"{case.workers} {'worker' if case.workers == 1 else 'workers'}"
    shared = ", more workers than cores" if point.oversubscribed else ""
    return f"{workers} on {case.cores_in_use} of {case.cores} cores{shared}"


def crossover_rows(at: Crossover) -> str:
    """Return from how many rows on B beats A."""
    if at.rows is None:
        return f"not within the range measured: still {figures.times(at.times_at_most)} times as long at its end"
    return f"{_rows(at.rows)} rows"


def crossover_interval(at: Crossover) -> str:
    """Return how sure that is."""
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
