"""Reads the counters of the machine and of this process."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.trial import energy
from bench.trial.energy import EnergyCounter

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_CPUS = Path("/sys/devices/system/cpu")


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
        hot: Time for which each core slowed down because it was hot, by core.
        top_frequency: The highest frequency that each core may have now, in kHz.
        energy: The counters of the processors' energy, by zone.
        gpu_energy: Those of the GPUs.
    """

    wall: float
    self_cpu: float
    tree_cpu: float
    busy_cpu: float | None
    steal: float | None
    stalled: float | None
    killed: int | None
    hot: Mapping[str, float] = field(default_factory=dict)
    top_frequency: Mapping[str, int] = field(default_factory=dict)
    energy: Mapping[str, EnergyCounter] = field(default_factory=dict)
    gpu_energy: Mapping[str, EnergyCounter] = field(default_factory=dict)

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
            stalled=stalled_s("cpu", "some"),
            killed=_oom_kills(),
            hot={
                core: time_ms / 1000
                for core, time_ms in _of_cores("thermal_throttle/core_throttle_total_time_ms").items()
            },
            top_frequency=_of_cores("cpufreq/scaling_max_freq"),
            energy=energy.read(),
            gpu_energy=energy.read_gpus(),
        )


def most_grown(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    """Return the growth of the counter that grew most; None where none was read both times.

    Counters run from different moments on, so that the largest one need not have grown.

    Args:
        before: The counters, by name.
        after: The same, later.
    """
    return max((after[name] - before[name] for name in before.keys() & after.keys()), default=None)


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


def stalled_s(resource_name: str, kind: str) -> float | None:
    """Return the seconds of a line of the kernel's pressure stall information, ``accounting/psi``.

    Args:
        resource_name: ``cpu``, ``memory`` or ``io``.
        kind: ``some`` where some task waited for it, ``full`` where all did.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/pressure/{resource_name}").read_text().splitlines():
            if line.startswith(kind):
                return int(line.rpartition("total=")[2]) / 1e6
    return None


def _of_cores(file: str) -> dict[str, int]:
    """Return the number in a file of each core that has it, by the core's name."""
    found = {}
    for path in _CPUS.glob(f"cpu[0-9]*/{file}"):
        with contextlib.suppress(OSError, ValueError):
            found[path.relative_to(_CPUS).parts[0]] = int(path.read_text())
    return found


def _oom_kills() -> int | None:
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return None
