"""Nights for the tests of the trend."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bench.trend.night import Figure, Night

FIRST = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
REFERENCE = "4" * 40


def without_xdist() -> dict[str, str]:
    """Return this process's environment without xdist's variables, with which pytest would not measure."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}


def commit(day: int) -> str:
    """Return the commit that was measured on a day."""
    return f"{day:04x}" * 10


def night(day: int, percent: float, case: str = "xgboost, train", **wanted: object) -> Night:
    """Return the night of a day, on which a case took so many per cent longer than the reference."""
    facts: dict = {
        "at": (FIRST + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": "gate",
        "commit": commit(day),
        "reference": REFERENCE,
        "machine": "here",
        "cases": {case: Figure(math.log1p(percent / 100), 10, "data")},
    }
    return Night(**{**facts, **wanted})


def nights(percents: Iterable[float], **wanted: object) -> list[Night]:
    """Return a night for each of these, a day apart."""
    return [night(day, percent, **wanted) for day, percent in enumerate(percents)]


def stepped(before: int = 30, after: int = 3) -> list[float]:
    """Return per cents that wander by half a per cent, and then lie 12 higher."""
    return [0.5 * (-1) ** day for day in range(before)] + [12 + 0.5 * (-1) ** day for day in range(after)]
