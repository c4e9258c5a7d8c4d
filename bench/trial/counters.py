"""Reads the counters of the machine and of this process, and what happened to them over a stretch of a trial."""

from __future__ import annotations

import bisect
import contextlib
import os
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.machine import limits

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_CPUS = Path("/sys/devices/system/cpu")


@dataclass(frozen=True)
class Pressures:
    """What others took up to one moment, in seconds since some fixed time; ``None`` where this kernel does not tell.

    Attributes:
        moment: ``CLOCK_MONOTONIC``.
        foreign: CPU time of programs that are not of the trial, all cores summed.
        steal: Time in which the hypervisor ran other machines, all cores summed.
        memory: Time in which every task that could run waited for memory, ``/proc/pressure/memory``.
        throttled: Time for which our control group was kept from its cores, since its quota was used up.
    """

    moment: float
    foreign: float | None
    steal: float | None
    memory: float | None
    throttled: float | None

    @classmethod
    def now(cls, own_cpu_s: float) -> Pressures:
        """Read them.

        Args:
            own_cpu_s: CPU seconds of the trial, and of this process, up to now.
        """
        busy, steal = machine_cpu()
        return cls(
            time.monotonic(),
            None if busy is None else busy - own_cpu_s,
            steal,
            _pressure("memory", "full"),
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
        Those of `SHARES` that the kernel tells; none where the stretch has no length or lies outside the samples.
    """
    if ended <= began or len(seen) < 2:
        return {}
    moments = [sample.moment for sample in seen]

    def at(moment: float, name: str) -> float | None:
        right = min(max(1, bisect.bisect_left(moments, moment)), len(seen) - 1)
        one, other = seen[right - 1], seen[right]
        low, high = getattr(one, name), getattr(other, name)
        if low is None or high is None or other.moment == one.moment:
            return None
        part = min(1.0, max(0.0, (moment - one.moment) / (other.moment - one.moment)))
        return float(low + part * (high - low))

    found = {}
    for share, name in SHARES.items():
        first, last = at(began, name), at(ended, name)
        if first is not None and last is not None:
            found[share] = round(max(0.0, last - first) / (ended - began), 4)
    return found


def by_phase(seen: Sequence[Pressures], spans: Mapping[str, tuple[float, float]]) -> dict[str, dict[str, float]]:
    """Return `shares` for each phase.

    Args:
        seen: The samples.
        spans: Begin and end of each phase.
    """
    return {name: found for name, (began, ended) in spans.items() if (found := shares(seen, began, ended))}


@dataclass(frozen=True)
class MachineCounters:
    """The counters of the machine and of this process at one moment, in seconds since some fixed time.

    Attributes:
        wall: ``CLOCK_MONOTONIC``.
        self_cpu: CPU time of this process.
        tree_cpu: CPU time of all descendants that a parent has waited for.
        busy_cpu: CPU time of the whole machine, all cores summed, without steal.
        steal: Time in which the hypervisor ran other machines, all cores summed.
        stalled: Time in which some task waited for a core, ``/proc/pressure/cpu``.
        killed: Number of processes that the kernel has killed for want of memory.
        hot: Time for which the processor slowed down because it was hot.
        top_frequency: Sum of the highest frequencies that the cores may have now, in kHz.
    """

    wall: float
    self_cpu: float
    tree_cpu: float
    busy_cpu: float | None
    steal: float | None
    stalled: float | None
    killed: int | None
    hot: float | None = None
    top_frequency: int | None = None

    @classmethod
    def now(cls) -> MachineCounters:
        """Read all counters; one that this kernel lacks is ``None``."""
        busy, steal = machine_cpu()
        return cls(
            wall=time.monotonic(),
            self_cpu=cpu_seconds(resource.RUSAGE_SELF),
            tree_cpu=cpu_seconds(resource.RUSAGE_CHILDREN),
            busy_cpu=busy,
            steal=steal,
            stalled=_pressure("cpu", "some"),
            killed=_oom_kills(),
            hot=_hot(),
            top_frequency=_top_frequency(),
        )


def cpu_seconds(who: int) -> float:
    """Return CPU seconds, user and system.

    Args:
        who: `resource.RUSAGE_SELF` or `resource.RUSAGE_CHILDREN`.
    """
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def machine_cpu() -> tuple[float | None, float | None]:
    """Return the seconds for which cores were busy, and for which the hypervisor took them, all cores summed."""
    with contextlib.suppress(OSError):
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(
            int, Path("/proc/stat").read_bytes().split(b"\n", 1)[0].split()[1:9]
        )
        return (user + nice + system + irq + softirq) * _TICK, steal * _TICK
    return None, None


def _pressure(resource_name: str, kind: str) -> float | None:
    """Return the seconds of a line of the kernel's pressure stall information, ``accounting/psi``."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/pressure/{resource_name}").read_text().splitlines():
            if line.startswith(kind):
                return int(line.rpartition("total=")[2]) / 1e6
    return None


def _hot() -> float | None:
    """Return the seconds for which the hottest core was throttled, ``None`` where the machine does not tell."""
    found = _numbers("thermal_throttle/core_throttle_total_time_ms")
    return max(found) / 1000 if found else None


def _top_frequency() -> int | None:
    found = _numbers("cpufreq/scaling_max_freq")
    return sum(found) if found else None


def _numbers(file: str) -> list[int]:
    found = []
    for path in _CPUS.glob(f"cpu[0-9]*/{file}"):
        with contextlib.suppress(OSError, ValueError):
            found.append(int(path.read_text()))
    return found


def _oom_kills() -> int | None:
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return None
