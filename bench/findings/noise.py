"""What the machine's own witnesses say: whether a trial's time is its own; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.records.directory import Record

# Above these the trial shared the machine; a trial may cause stalls itself, but neither of these.
FOREIGN_SHARE = 0.15  # cores that other programs used
STEAL_SHARE = 0.02  # cores that the hypervisor took


def is_busy(record: Record) -> bool:
    """Return whether others took so much of the machine during a trial that its time is not its own.

    Args:
        record: The trial's record.
    """
    usage = record["resources"]
    return (usage.get("foreign_cpu_share") or 0.0) > FOREIGN_SHARE or (usage.get("steal_share") or 0.0) > STEAL_SHARE


def busy_share(records: Sequence[Record]) -> str:
    """Return a sentence that says in how many trials the machine was busy, empty where it was in none.

    Args:
        records: The trials' records.
    """
    busy = sum(map(is_busy, records))
    if not busy:
        return ""
    return (
        f"The machine was busy in {busy} of {len(records)} trials: other programs used more than "
        f"{FOREIGN_SHARE} cores, or the hypervisor took more than {STEAL_SHARE}."
    )
