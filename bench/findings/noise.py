"""Tells from the machine's own counters whether other programs disturbed a trial; pure."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bench.records.directory import Record

# Above these a trial shared the machine. It may cause stalls itself, but neither of these.
FOREIGN_SHARE = 0.15  # cores that other programs used
STEAL_SHARE = 0.02  # cores that the hypervisor took
_TICKS = 2 / os.sysconf("SC_CLK_TCK")  # the kernel counts in such steps; less than two count as none


def disturbances(record: Record) -> list[str]:
    """Return a part of a sentence for each share of the machine that others took and that spoils the trial's time.

    This is the one definition of a busy machine, for reports and for the gate.

    Args:
        record: The trial's record.
    """
    usage, wall_s = record["resources"], record["wall_s"]
    seen = (
        ("the hypervisor took", usage.get("steal_share"), STEAL_SHARE),
        ("other programs used", usage.get("foreign_cpu_share"), FOREIGN_SHARE),
    )
    return [
        f"{taker} {share:.0%} of a core"
        for taker, share, limit in seen
        if share is not None and share > limit and share * wall_s > _TICKS
    ]


def busy_share(records: Sequence[Record]) -> str:
    """Return a sentence that says in how many trials the machine was busy, empty where it was in none.

    Args:
        records: The trials' records.
    """
    busy = sum(bool(disturbances(record)) for record in records)
    if not busy:
        return ""
    return (
        f"The machine was busy in {busy} of {len(records)} trials: other programs used more than "
        f"{FOREIGN_SHARE} cores, or the hypervisor took more than {STEAL_SHARE}."
    )
