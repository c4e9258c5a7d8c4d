"""Tells from the machine's own counters whether others disturbed a trial; pure.

This is the one definition of a disturbed trial, for runs, gates, comparisons and reports. It goes by the trial's
environment, and never by its result.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from bench.families import family_of
from bench.records.directory import Record
from bench.tasks import TASKS

MEASURED = "measured"  # instead of a phase: the one that the trial's task is judged by
WHOLE = "whole"  # instead of a phase: the trial from its start to its end


@dataclass(frozen=True)
class Limit:
    """What a trial bears of one thing that spoils times.

    Attributes:
        most: The largest share that is no disturbance.
        told: A part of a sentence, with room for the amount.
        mark: The same in two words, for a table.
        amount: How a share is written.
    """

    most: float
    told: str
    mark: str
    amount: str = "{:.0%} of the time"

    def said(self, share: float) -> str:
        """Return an amount in words: from one core on in cores."""
        return f"{share:.1f} cores" if "core" in self.amount and share >= 1 else self.amount.format(share)


LIMITS = {
    "steal_share": Limit(0.02, "the hypervisor took {}", "hypervisor {}", "{:.0%} of a core"),
    "foreign_cpu_share": Limit(0.15, "other programs used {}", "others {}", "{:.0%} of a core"),
    "memory_stall_share": Limit(0.05, "everything waited for memory in {}", "memory {}"),
    "throttled_share": Limit(0.05, "the control group was kept from its cores in {}", "throttled {}"),
    "hot_share": Limit(0.02, "the processor was slowed down by heat in {}", "heat {}"),
    "frequency_drop_share": Limit(0.02, "the processor lost {} of its highest frequency", "frequency -{}", "{:.0%}"),
}
FOREIGN_SHARE = LIMITS["foreign_cpu_share"].most
TICKED = {"foreign_cpu_share", "steal_share"}  # counted in ticks: a growth of two at most counts as none
_TICKS = 2 / os.sysconf("SC_CLK_TCK")
SHORTEST_S = 0.2  # of a shorter phase, `TICKED` shares are those of so much time around it


@dataclass(frozen=True, order=True)
class Cause:
    """One thing that disturbed a trial.

    Attributes:
        share: How much of it, as a share of a core or of the time; a larger one comes later in order.
        name: Its name in `LIMITS`.
    """

    share: float
    name: str

    @property
    def told(self) -> str:
        """A part of a sentence, such as ``other programs used 1.4 cores``."""
        return LIMITS[self.name].told.format(self._amount)

    @property
    def told_at_most(self) -> str:
        """The same for the worst of several trials."""
        return LIMITS[self.name].told.format(f"up to {self._amount}")

    @property
    def mark(self) -> str:
        """A mark for a table, such as ``disturbed (others 1.4 cores)``."""
        return f"disturbed ({LIMITS[self.name].mark.format(self._amount)})"

    @property
    def _amount(self) -> str:
        return LIMITS[self.name].said(self.share)


def causes(record: Record, phase: str = MEASURED) -> list[Cause]:
    """Return everything that spoils the time of a phase, the largest share last.

    Args:
        record: The trial's record. Where it does not know the machine's counters phase by phase, those of the whole
            trial count. The phases of a control that idles have nothing to spoil.
        phase: Name of a phase, `MEASURED` or `WHOLE`. A disturbance of the set-up does not spoil the training.
    """
    if phase != WHOLE and _idles(record):
        return []
    return sorted(
        Cause(share, name)
        for name, (share, seconds) in _shares(record, phase).items()
        if share > LIMITS[name].most and (name not in TICKED or share * seconds > _TICKS)
    )


def disturbances(record: Record, phase: str = MEASURED) -> list[str]:
    """Return a part of a sentence for each thing that spoils the time of a phase; arguments as for `causes`."""
    return [cause.told for cause in causes(record, phase)]


def disturbed(record: Record, phase: str = MEASURED) -> bool:
    """Return whether others disturbed a phase of a trial; arguments as for `causes`."""
    return bool(causes(record, phase))


def _idles(record: Record) -> bool:
    """Return whether a trial is one of the control that took no time for what others are judged by."""
    trial = record["trial"]
    taken_s = record["phases"].get(TASKS[trial["task"]].measured, 0.0)
    return not family_of(trial["family"]).works and taken_s < _TICKS


def _shares(record: Record, phase: str) -> dict[str, tuple[float, float]]:
    """Return what others took and the seconds of which it is a share, by name: of the phase where it is known."""
    usage = record["resources"]
    name = TASKS[record["trial"]["task"]].measured if phase == MEASURED else phase
    of_phase = record.get("machine", {}).get(name, {})
    found = {}
    for limited in LIMITS:
        if of_phase.get(limited) is not None:
            found[limited] = of_phase[limited], max(SHORTEST_S, record["phases"].get(name, 0.0))
        elif usage.get(limited) is not None:
            found[limited] = usage[limited], record["wall_s"]
    return found
