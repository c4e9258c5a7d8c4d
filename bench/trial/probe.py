"""Measures the memory and CPU seconds of a trial, and the disturbance by other programs."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from bench.trial import energy
from bench.trial.counters import cpu_seconds
from bench.trial.energy import EnergyCounter
from bench.trial.gpus import GpuProbe
from bench.trial.pressures import Pressures
from bench.trial.processes import ProcessTree

INTERVAL_S = 0.1
COST_SHARE = 0.004  # of one core, for taking samples, and the same again for reading the PSS
FORKS_BUDGET_S = 0.2  # CPU seconds of one trial, for reading it sooner because there are other processes than last time
PASSES = 3  # at the CPU times of all processes, while one of them ends under our hands
_PAGE = resource.getpagesize()
_TICK = 1 / os.sysconf("SC_CLK_TCK")


class TreeProbe:
    """Follows the peak memory of a trial's processes, and the CPU time that the kernel would lose.

    Resident memory is cheap to read, but counts shared pages in each process that maps them. The proportional set size
    (PSS), in which a page shared by n processes counts 1/n in each, takes the kernel milliseconds. So each sample reads
    the resident memory. It reads the PSS only at a new peak, and no more often than its cost allows; in between, the
    probe multiplies by the last ratio of the two.

    The kernel adds a dead process's CPU time to its parent's when the parent waits for it. A parent that ignores
    SIGCHLD never waits, and the time is lost: Spark's Python daemon is such a parent. So the probe reads the time of
    its children while they live, and misses their time after the last sample.

    Each sample also notes how much CPU time others have had, so that it is known phase by phase. Executors that a
    cluster runs on this host are no others; Spark measures their memory and CPU seconds itself.

    Attributes:
        peak_bytes: Highest memory of all samples.
        own_cpu_s: CPU seconds of the trial and of this process, executors on this host included, at the last sample.
        cost_s: CPU seconds that samples took.
        pressures: What others had taken by each sample.
        gpus: What there was of GPUs.
        energies: What counters of energy said, about once a minute.
    """

    def __init__(self, tree: ProcessTree) -> None:
        """Start with a peak of 0.

        Args:
            tree: The processes to follow.
        """
        self._tree = tree
        self.gpus = GpuProbe()
        self._members: list[int] = []
        self._peak_resident = 0
        self._proportion = 1.0
        self._next_reading = 0.0
        self._readings_s = 0.0
        self._members_read: set[int] = set()
        self._unwaited: dict[int, float | None] = {}
        self._executors: dict[int, float] = {}
        self.own_cpu_s = 0.0
        self.peak_bytes = 0
        self.cost_s = 0.0
        self.pressures: list[Pressures] = []
        self.energies: list[Mapping[str, EnergyCounter]] = []
        self._next_energy = time.monotonic() + energy.SECONDS_BETWEEN_READINGS  # one was read at the spawn

    def sample(self) -> float:
        """Take a sample and return the seconds to wait before the next one."""
        began = time.thread_time()
        self.pressures.append(Pressures.now(self._read_own_cpu_s))
        self.gpus.sample()
        if time.monotonic() >= self._next_energy:
            self._next_energy = time.monotonic() + energy.SECONDS_BETWEEN_READINGS
            self.energies.append(energy.read())
        members = self._members
        resident = sum(_resident_bytes(pid) for pid in members)
        cost = time.thread_time() - began
        if resident > 1.02 * self._peak_resident and self._may_read(members):
            self._read_proportional(members, resident)
        self.peak_bytes = max(self.peak_bytes, int(resident * self._proportion))
        self.cost_s += time.thread_time() - began
        return max(INTERVAL_S, cost / COST_SHARE)

    def _may_read(self, members: list[int]) -> bool:
        """Return whether the budget allows a reading; other processes share other pages, and so have a budget more."""
        if time.monotonic() >= self._next_reading:
            return True
        return set(members) != self._members_read and self._readings_s < FORKS_BUDGET_S

    def _read_own_cpu_s(self) -> float:
        """Return the CPU seconds of the trial and of this process, executors on this host included.

        Parents are read before their children, as their ids are smaller: a child that ends meanwhile is counted nowhere
        rather than twice, and a further pass finds it in its parent's time. What all passes miss comes with the next
        sample, so that the sum never falls.
        """
        for _ in range(PASSES):
            self._members = self._tree.members()
            cpu_s = {pid: seconds for pid in self._members if (seconds := _cpu_of(pid)) is not None}
            if len(cpu_s) == len(self._members):
                break
        self._note_unwaited(cpu_s)
        for pid in self._tree.executors():
            if (seconds := _cpu_of(pid, with_children=False)) is not None:
                self._executors[pid] = seconds
        ours = sum(map(cpu_seconds, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
        found = ours + sum(cpu_s.values()) + self._lost_cpu_s(besides=cpu_s.keys()) + self.executors_cpu_s
        self.own_cpu_s = max(self.own_cpu_s, found)
        return self.own_cpu_s

    def _read_proportional(self, members: list[int], resident: int) -> None:
        began = time.thread_time()
        self._members_read = set(members)
        self._peak_resident = resident
        self._proportion = sum(_proportional_bytes(pid) for pid in members) / resident
        cost = time.thread_time() - began
        self._readings_s += cost
        self._next_reading = time.monotonic() + cost / COST_SHARE

    def _note_unwaited(self, cpu_s: Mapping[int, float]) -> None:
        for pid, seconds in cpu_s.items():
            if pid not in self._unwaited:
                self._unwaited[pid] = 0.0 if _is_unwaited(pid) else None
            if self._unwaited[pid] is not None:
                self._unwaited[pid] = max(self._unwaited[pid] or 0.0, seconds)

    def _lost_cpu_s(self, besides: Collection[int] = ()) -> float:
        reaped = self._tree.reaped
        return sum(
            seconds or 0.0 for pid, seconds in self._unwaited.items() if pid not in reaped and pid not in besides
        )

    @property
    def unwaited_cpu_s(self) -> float:
        """CPU seconds of the processes that no parent waited for."""
        return self._lost_cpu_s()

    @property
    def executors_cpu_s(self) -> float:
        """CPU seconds of the executors that a cluster runs on this host, as far as samples saw them."""
        return sum(self._executors.values())


def _stat(pid: int) -> list[bytes]:
    """Return the fields of ``/proc/PID/stat`` from the third on, see proc_pid_stat(5); none if it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return []


def _is_unwaited(pid: int) -> bool:
    """Return whether the parent ignores SIGCHLD."""
    fields = _stat(pid)
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{int(fields[1])}/status").read_bytes().splitlines() if fields else ():
            if line.startswith(b"SigIgn:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGCHLD - 1) & 1)
    return False


def _cpu_of(pid: int, *, with_children: bool = True) -> float | None:
    """Return the CPU seconds, user and system, of a process and of the children that it waited for; None if it is gone.

    Args:
        pid: Its id.
        with_children: Whether those of its children count.
    """
    fields = _stat(pid)[11 : 15 if with_children else 13]
    return sum(map(int, fields)) * _TICK if fields else None


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
