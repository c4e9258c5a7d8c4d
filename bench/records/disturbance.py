"""Tells from the machine's own counters whether others disturbed a trial; pure.

This is the one definition of a disturbed trial, for runs, gates, comparisons and reports. It goes by the trial's
environment, and never by its result.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from bench.families import family_of
from bench.records.directory import Record
from bench.tasks import TASKS

# Above these a trial shared the machine: what took the share, how it is said, and the largest share that is none.
LIMITS = {
    "steal_share": ("the hypervisor took {:.0%} of a core", 0.02),
    "foreign_cpu_share": ("other programs used {:.0%} of a core", 0.15),
    "memory_stall_share": ("everything waited for memory in {:.0%} of the time", 0.05),
    "throttled_share": ("the control group was kept from its cores in {:.0%} of the time", 0.05),
    "hot_share": ("the processor was slowed down by heat in {:.0%} of the time", 0.02),
    "frequency_drop_share": ("the processor lost {:.0%} of its highest frequency", 0.02),
}
FOREIGN_SHARE = LIMITS["foreign_cpu_share"][1]
TICKED = {"foreign_cpu_share", "steal_share"}  # counted in ticks: a growth of two at most counts as none
_TICKS = 2 / os.sysconf("SC_CLK_TCK")
SHORTEST_S = 0.2  # of a shorter phase, `TICKED` shares are those of so much time around it


def disturbances(record: Record) -> list[str]:
    """Return a part of a sentence for each thing that spoils the time that a trial is judged by.

    Args:
        record: The trial's record. Where it knows the machine's counters phase by phase, those of the measured one
            count, so that a disturbance of the set-up does not spoil the training. A control that idles has nothing to
            spoil.
    """
    if _idles(record):
        return []
    return [
        LIMITS[name][0].format(share)
        for name, (share, seconds) in _shares(record).items()
        if share > LIMITS[name][1] and (name not in TICKED or share * seconds > _TICKS)
    ]


def disturbed(record: Record) -> bool:
    """Return whether others disturbed the trial while it did what it is judged by.

    Args:
        record: The trial's record.
    """
    return bool(disturbances(record))


def taken_share(record: Record) -> float | None:
    """Return the cores that other programs and the hypervisor had while the trial did what it is judged by.

    Args:
        record: The trial's record.

    Returns:
        None where nobody measured it.
    """
    found = [share for name, (share, _) in _shares(record).items() if name in TICKED]
    return sum(found) if found else None


def _idles(record: Record) -> bool:
    """Return whether a trial is one of the control that took no time for what others are judged by."""
    trial = record["trial"]
    taken_s = record["phases"].get(TASKS[trial["task"]].measured, 0.0)
    return not family_of(trial["family"]).works and taken_s < _TICKS


def _shares(record: Record) -> dict[str, tuple[float, float]]:
    """Return what others took and the seconds of which it is a share, by name: of the measured phase where it is known.

    The order is that of `LIMITS`.
    """
    usage, measured = record["resources"], TASKS[record["trial"]["task"]].measured
    phase = record.get("machine", {}).get(measured, {})
    found = {}
    for name in LIMITS:
        if phase.get(name) is not None:
            found[name] = phase[name], max(SHORTEST_S, record["phases"][measured])
        elif usage.get(name) is not None:
            found[name] = usage[name], record["wall_s"]
    return found


def busy_share(records: Sequence[Record]) -> str:
    """Return a sentence that says in how many trials the machine was busy, empty where it was in none.

    Args:
        records: The trials' records.
    """
    busy = sum(map(disturbed, records))
    if not busy:
        return ""
    return (
        f"The machine was busy in {busy} of {len(records)} trials: others used more than {FOREIGN_SHARE} cores, or "
        "something else slowed it down."
    )
