"""What others took from the machine up to a moment, and over a stretch of a trial."""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.machine import limits
from bench.records.disturbance import SHORTEST_S, TICKED
from bench.trial.counters import machine_cpu, most_grown, stalled_s


@dataclass(frozen=True)
class Pressures:
    """What others took up to one moment, in seconds since some fixed time; ``None`` where this kernel does not tell.

    Attributes:
        moment: ``CLOCK_MONOTONIC``.
        foreign: CPU time of programs that are not of the trial, all cores summed.
        steal: Time in which the hypervisor ran other machines, all cores summed.
        memory: Time in which every task that could run waited for memory, ``/proc/pressure/memory``.
        throttled: Time for which our control group, or one around it, was kept from its cores, since its quota was used
            up; by group, since each has a counter of its own.
    """

    moment: float
    foreign: float | None
    steal: float | None
    memory: float | None
    throttled: Mapping[str, float]

    @classmethod
    def now(cls, own_cpu_s: Callable[[], float]) -> Pressures:
        """Read them.

        Args:
            own_cpu_s: Reads the CPU seconds of the trial, and of this process, up to now. That takes a while, in which
                these go on: the machine's are read before and after it.
        """
        began, (before, _) = time.monotonic(), machine_cpu()
        own = own_cpu_s()
        after, steal = machine_cpu()
        return cls(
            (began + time.monotonic()) / 2,
            None if before is None or after is None else (before + after) / 2 - own,
            steal,
            stalled_s("memory", "full"),
            limits.throttled_s(),
        )


SHARES = {
    "foreign_cpu_share": "foreign",
    "steal_share": "steal",
    "memory_stall_share": "memory",
    "throttled_share": "throttled",
}


def shares(seen: Sequence[Pressures], began: float, ended: float) -> dict[str, float]:
    """Return what others took in a stretch of time, as shares of it; between two samples it grows evenly.

    Args:
        seen: The samples, in their order.
        began: Begin of the stretch, seconds of ``CLOCK_MONOTONIC``.
        ended: Its end.

    Returns:
        Those of `SHARES` that the kernel tells, of the part that lies between the first sample and the last; none where
        that part has no length.
    """
    if not seen:
        return {}
    moments = [sample.moment for sample in seen]
    began, ended = max(began, moments[0]), min(ended, moments[-1])
    if ended <= began:
        return {}

    def at(moment: float, name: str) -> dict[str, float]:
        right = max(1, bisect.bisect_left(moments, moment))
        low, high = _each(seen[right - 1], name), _each(seen[right], name)
        part = (moment - moments[right - 1]) / (moments[right] - moments[right - 1])
        return {key: low[key] + part * (high[key] - low[key]) for key in low.keys() & high.keys()}

    found = {}
    for share, name in SHARES.items():
        taken = most_grown(at(began, name), at(ended, name))
        if taken is not None:
            found[share] = round(max(0.0, taken) / (ended - began), 4)
    return found


def _each(sample: Pressures, name: str) -> Mapping[str, float]:
    """Return the counters of one name, of which some have one and some have many."""
    found = getattr(sample, name)
    return found if isinstance(found, Mapping) else {} if found is None else {"": found}


def by_phase(seen: Sequence[Pressures], spans: Mapping[str, tuple[float, float]]) -> dict[str, dict[str, float]]:
    """Return `shares` for each phase.

    What the kernel counts in ticks cannot be told of a stretch of a few: of a phase that is shorter than `SHORTEST_S`
    such shares are those of so much time around it.

    Args:
        seen: The samples.
        spans: Begin and end of each phase.
    """
    found = {}
    for name, (began, ended) in spans.items():
        exact = shares(seen, began, ended)
        if lacking := max(0.0, SHORTEST_S - (ended - began)):
            around = shares(seen, began - lacking / 2, ended + lacking / 2)
            exact |= {share: around[share] for share in TICKED & around.keys()}
        if exact:
            found[name] = exact
    return found
