"""Whether the machine was quiet enough while a trial ran: judged by its environment, never by its result."""

from __future__ import annotations

import os

from bench.records.directory import Record

STEAL_LIMIT = 0.02  # cores that the hypervisor took, over the trial
FOREIGN_LIMIT = 0.15  # cores that other programs used, over the trial
STALL_LIMIT = 0.15  # share of the time in which somebody waited for a core, above what the trial itself causes
_TICKS = 2 / os.sysconf("SC_CLK_TCK")  # the kernel counts in such steps: less than two are none


class Witness:
    """Judges the runs of one arm of one case.

    A trial with more threads than cores stalls by itself, so the stall share is compared with the lowest that was seen
    in earlier runs of the same arm of the same case, its warm-up first.
    """

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._own_stall: float | None = None

    def disturbed(self, record: Record) -> str | None:
        """Return what disturbed a run, None if nothing did.

        Args:
            record: The run's record.
        """
        usage, wall = record["resources"], record["wall_s"]
        stall = usage.get("stall_share")
        own, self._own_stall = self._own_stall, _lower(self._own_stall, stall)
        found = [
            _over("the hypervisor took", usage.get("steal_share"), STEAL_LIMIT, wall),
            _over("other programs used", usage.get("foreign_cpu_share"), FOREIGN_LIMIT, wall),
        ]
        if own is not None and stall is not None and stall - own > STALL_LIMIT:
            found.append(f"tasks waited for a core in {stall:.0%} of the time, and in {own:.0%} when it was quiet")
        return "; ".join(reason for reason in found if reason) or None


def _over(what: str, share: float | None, limit: float, wall_s: float) -> str | None:
    if share is None or share <= limit or share * wall_s <= _TICKS:
        return None
    return f"{what} {share:.0%} of a core"


def _lower(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)
