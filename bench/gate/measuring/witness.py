"""Judges whether the machine was quiet while a trial ran, by its environment and never by its result."""

from __future__ import annotations

from bench.records.directory import Record
from bench.records.disturbance import disturbances

STALL_LIMIT = 0.15  # share of the time in which a task waited for a core, beyond the share that the trial itself causes


class Witness:
    """Judges the runs of one arm of one case.

    A trial with more threads than cores stalls by itself, so the stall share is compared with the lowest one of earlier
    runs of the same arm of the same case, its warm-up included.
    """

    def __init__(self) -> None:
        """Start without a known stall share."""
        self._own_stall: float | None = None

    def judge(self, record: Record) -> str | None:
        """Return the disturbance of a run, None if there was none; remember its stall share.

        Args:
            record: The run's record.
        """
        stall = record["resources"].get("stall_share")
        own, self._own_stall = self._own_stall, _lower(self._own_stall, stall)
        found = disturbances(record)
        if own is not None and stall is not None and stall - own > STALL_LIMIT:
            found.append(f"tasks waited for a core in {stall:.0%} of the time, and in {own:.0%} when it was quiet")
        return "; ".join(found) or None


def _lower(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)
