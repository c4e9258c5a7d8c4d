"""What a trial took of the machine: memory, CPU seconds, and how much other programs were in the way."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Session

INTERVAL_S = 0.1
COST_SHARE = 0.005  # of one core, that sampling may cost
_PAGE = resource.getpagesize()
_TICK = 1 / os.sysconf("SC_CLK_TCK")


class MemoryProbe:
    """Follows the peak memory of a session's processes.

    Resident memory is cheap to read, but counts shared pages in each process that maps them. So each sample
    reads it, and only one that is higher than all before also reads the proportional set size (PSS),
    in which a page shared by n processes counts 1/n in each.
    """

    def __init__(self, session: Session) -> None:
        """Start with a peak of nothing.

        Args:
            session: The processes to follow.
        """
        self._session = session
        self._peak_resident = 0
        self.peak_bytes = 0
        self.cost_s = 0.0

    def sample(self) -> float:
        """Look once and return the seconds to wait before the next look."""
        began = time.thread_time()
        members = self._session.members()
        resident = sum(_resident_bytes(pid) for pid in members)
        if resident > 1.02 * self._peak_resident:
            self._peak_resident = resident
            self.peak_bytes = max(self.peak_bytes, sum(_proportional_bytes(pid) for pid in members))
        cost = time.thread_time() - began
        self.cost_s += cost
        return max(INTERVAL_S, cost / COST_SHARE)


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    return 0


def _proportional_bytes(pid: int) -> int:
    """Return the PSS, or the resident size where the kernel does not tell it."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return _resident_bytes(pid)


@dataclass(frozen=True)
class MachineCounters:
    """The machine's and our own counters at one moment, all in seconds since some fixed time.

    Attributes:
        wall: ``CLOCK_MONOTONIC``.
        self_cpu: CPU time of this process.
        tree_cpu: CPU time of all descendants that have been waited for.
        busy_cpu: CPU time of the whole machine, all cores summed, without steal.
        steal: Time in which the hypervisor ran somebody else, all cores summed.
        stalled: Time in which some task waited for a core, ``/proc/pressure/cpu``.
        killed: Processes that the kernel has killed for want of memory.
    """

    wall: float
    self_cpu: float
    tree_cpu: float
    busy_cpu: float | None
    steal: float | None
    stalled: float | None
    killed: int | None

    @classmethod
    def now(cls) -> MachineCounters:
        """Read all counters; one that this kernel does not have is ``None``."""
        busy, steal = _machine_cpu()
        return cls(
            wall=time.monotonic(),
            self_cpu=_cpu_seconds(resource.RUSAGE_SELF),
            tree_cpu=_cpu_seconds(resource.RUSAGE_CHILDREN),
            busy_cpu=busy,
            steal=steal,
            stalled=_stalled(),
            killed=_oom_kills(),
        )


def _cpu_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _machine_cpu() -> tuple[float | None, float | None]:
    with contextlib.suppress(OSError):
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(
            int, Path("/proc/stat").read_bytes().split(b"\n", 1)[0].split()[1:9]
        )
        return (user + nice + system + irq + softirq) * _TICK, steal * _TICK
    return None, None


def _stalled() -> float | None:
    with contextlib.suppress(OSError):
        some = Path("/proc/pressure/cpu").read_text().splitlines()[0]
        return int(some.rpartition("total=")[2]) / 1e6
    return None


def _oom_kills() -> int | None:
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return None


def resources(
    before: MachineCounters, after: MachineCounters, memory: MemoryProbe, least_peak_bytes: int
) -> dict[str, float | int | None]:
    """Return the ``resources`` of a record.

    Args:
        before: Counters at the spawn.
        after: Counters when every process of the trial was waited for.
        memory: The probe that followed the trial.
        least_peak_bytes: What the worker alone held at its peak, which the probe's samples may have missed.

    Returns:
        ``peak_memory_bytes``; ``cpu_s``; and as shares of the wall time: ``stall_share`` (some task, ours or
        not, waited for a core), ``foreign_cpu_share`` (cores that other programs used), ``steal_share``
        (cores that the hypervisor took), ``probe_share`` (cores that the probe itself used).
    """
    wall = after.wall - before.wall
    tree = after.tree_cpu - before.tree_cpu
    own = tree + after.self_cpu - before.self_cpu

    def share(seconds: float | None) -> float | None:
        return None if seconds is None else round(max(0.0, seconds / wall), 4)

    def between(name: str) -> float | None:
        first, last = getattr(before, name), getattr(after, name)
        return None if first is None or last is None else last - first

    busy = between("busy_cpu")
    return {
        "peak_memory_bytes": max(memory.peak_bytes, least_peak_bytes),
        "cpu_s": round(tree, 3),
        "stall_share": share(between("stalled")),
        "foreign_cpu_share": share(None if busy is None else busy - own),
        "steal_share": share(between("steal")),
        "probe_share": share(memory.cost_s),
    }
