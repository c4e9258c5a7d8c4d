"""Runs at several sizes, as `bench run` leaves them, of strategies whose times a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.records.directory import Run
from tests.report.made import MadeCase, make_run

SIZES = (100_000, 200_000, 400_000, 800_000, 1_600_000)
GIB = 2**30


@dataclass(frozen=True)
class Maker:
    """A strategy.

    Attributes:
        seconds: Its time for so many rows.
        memory: Its peak memory for so many rows, in bytes.
        grade: Its first grade for so many rows.
        busy: Sizes at which others use 1.5 cores, which makes it slower.
        slower: By how much it is slower then.
        status: How its trials end, where it is not ``ok``, by size.
        reason: The reason of these.
        workers: Number of workers.
    """

    seconds: Callable[[float], float]
    memory: Callable[[float], float] = lambda rows: 2e8 + 300 * rows
    grade: Callable[[float], float] = lambda rows: 0.75 - 0.5 * rows**-0.3
    busy: Collection[int] = ()
    slower: float = 10.0
    status: Mapping[int, str] = field(default_factory=dict)
    reason: str = "ValueError: out of luck"
    workers: int = 1


def fast(rows: float) -> float:
    """Seconds of a strategy that starts at once."""
    return 1 + 1e-5 * rows


def slow(rows: float) -> float:
    """Seconds of one that takes three times as long for a row."""
    return 1 + 3e-5 * rows


def ladder(makers: Mapping[str, Maker], sizes: Sequence[int] = SIZES, **differences: Any) -> list[Run]:
    """Return a run for each size.

    Args:
        makers: The strategies by name.
        sizes: Rows of each dataset.
        differences: For `make_run`.
    """
    return [rung(makers, rows, **differences) for rows in sizes]


def rung(makers: Mapping[str, Maker], rows: int, **differences: Any) -> Run:
    """Return a run at one size; arguments as for `ladder`."""
    cases = []
    for name, maker in makers.items():
        busy = rows in maker.busy
        seconds = maker.seconds(rows) * (maker.slower if busy else 1)
        status = maker.status.get(rows, "ok")
        cases.append(
            (
                name,
                MadeCase(
                    seconds,
                    auc=maker.grade(rows),
                    workers=maker.workers,
                    status=status,
                    reason=maker.reason,
                    foreign=1.5 if busy else 0.01,
                    family="control" if name == "null" else "gbt",
                ),
            )
        )
    run = make_run(cases, name=f"run-{rows}", dataset=f"table-{rows}", rows=rows, repeats=1, **differences)
    for record in run.records:
        record["resources"]["peak_memory_bytes"] = int(makers[record["trial"]["strategy"]].memory(rows))
    return run
