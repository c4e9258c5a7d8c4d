"""Makes the ``resources`` of a record out of the counters before and after a trial, and of the probe's samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.trial import energy
from bench.trial.counters import MachineCounters, most_grown
from bench.trial.energy import EnergyCounter
from bench.trial.probe import TreeProbe


def resources(
    before: MachineCounters, after: MachineCounters, probe: TreeProbe, least_peak_bytes: int
) -> dict[str, float | int | None]:
    """Return the ``resources`` of a record.

    Args:
        before: Counters at the spawn.
        after: Counters after the end of the trial's last process.
        probe: The probe that followed the trial.
        least_peak_bytes: Peak memory of the worker alone, which the probe's samples may have missed.

    Returns:
        ``peak_memory_bytes``; ``cpu_s``; and as shares of the wall time: ``stall_share`` (some task, ours or
        not, waited for a core), ``foreign_cpu_share`` (cores that other programs used), ``steal_share``
        (cores that the hypervisor took), ``probe_share`` (cores that the probe itself used); and where the machine
        tells, ``hot_share`` (the processor slowed down because it was hot) and ``frequency_drop_share`` (the part of
        its highest frequency that was taken from it meanwhile), ``energy_j`` and ``gpu_energy_j`` (joules of its
        processors with their memory, and of its GPUs).
    """
    wall = after.wall - before.wall
    tree = after.tree_cpu - before.tree_cpu + probe.unwaited_cpu_s
    own = tree + after.self_cpu - before.self_cpu + probe.executors_cpu_s

    def share(seconds: float | None) -> float | None:
        return None if seconds is None else round(max(0.0, seconds / wall), 4)

    def between(name: str) -> float | None:
        first, last = getattr(before, name), getattr(after, name)
        return None if first is None or last is None else last - first

    busy = between("busy_cpu")
    told = {
        "hot_share": share(most_grown(before.hot, after.hot)),
        "frequency_drop_share": frequency_drop(before.top_frequency, after.top_frequency),
        "energy_j": joules([before.energy, *probe.energies, after.energy]),
        "gpu_energy_j": joules([before.gpu_energy, after.gpu_energy]),
    }
    return {
        "peak_memory_bytes": max(probe.peak_bytes, least_peak_bytes),
        "cpu_s": round(tree, 3),
        "stall_share": share(between("stalled")),
        "foreign_cpu_share": share(None if busy is None else busy - own),
        "steal_share": share(between("steal")),
        "probe_share": share(probe.cost_s),
        **{name: value for name, value in told.items() if value is not None},
    }


def joules(readings: Sequence[Mapping[str, EnergyCounter]]) -> float | None:
    """Return the joules from the first reading to the last, to the tenth; None where the machine does not tell.

    Args:
        readings: The same counters at several moments, in their order.
    """
    used = energy.used_j(readings)
    return None if used is None else round(used, 1)


def frequency_drop(before: Mapping[str, int], after: Mapping[str, int]) -> float | None:
    """Return the part of their highest frequency that cores lost, of those that are there both times; None for none.

    Args:
        before: The highest frequency of each core, by its name.
        after: The same, later.
    """
    cores = before.keys() & after.keys()
    highest = sum(before[core] for core in cores)
    return round(max(0.0, 1 - sum(after[core] for core in cores) / highest), 4) if highest else None
