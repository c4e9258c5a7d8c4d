"""The cores and the memory that this process may really use, which may be less than the machine has.

A container sees all of its host: only the affinity mask and the control groups tell its share.
Read as in proc(5), cgroups(7), and the kernel's ``admin-guide/cgroup-v1`` and ``cgroup-v2``.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

THROTTLED = {"throttled_usec": 1e-6, "throttled_time": 1e-9}  # in version 2 and 1 of control groups


def cores_available(root: Path = Path("/"), affinity: int | None = None) -> int:
    """Return the number of whole cores that this process may use, at least 1.

    Args:
        root: Where ``/proc`` and ``/sys`` lie.
        affinity: Cores that the affinity mask allows; taken from the kernel where not given.

    Returns:
        The affinity mask or the tightest CPU quota, whichever is less: a quota of 1.5 gives 1.
    """
    allowed = float(affinity if affinity is not None else _affinity())
    quotas = [quota for group in _groups(root, "cpu") if (quota := _cpu_quota(group)) is not None]
    return max(1, int(min([allowed, *quotas])))


def throttled_s(root: Path = Path("/")) -> dict[str, float]:
    """Return the seconds for which each control group with a quota has been kept from its cores, by the group's path.

    Args:
        root: Where ``/proc`` and ``/sys`` lie.
    """
    return {str(group): seconds for group in _limited(root) if (seconds := _throttled_s(group)) is not None}


@functools.cache
def _limited(root: Path) -> tuple[Path, ...]:
    """Return the control groups with a CPU quota; looked up once, since a trial asks ten times a second."""
    return tuple(group for group in _groups(root, "cpu") if _cpu_quota(group) is not None)


def _throttled_s(group: Path) -> float | None:
    for line in _read(group / "cpu.stat").splitlines():
        name, _, value = line.partition(" ")
        if name in THROTTLED:
            return int(value) * THROTTLED[name]
    return None


def memory_available(root: Path = Path("/")) -> int | None:
    """Return the bytes of memory that this process may ever use, ``None`` where that is unknown.

    This is a limit, and not the memory that is free at the moment.

    Args:
        root: Where ``/proc`` and ``/sys`` lie.

    Returns:
        The physical memory or the tightest limit of a control group, whichever is less.
    """
    limits = [limit for group in _groups(root, "memory") if (limit := _memory_limit(group)) is not None]
    physical = memory_physical(root)
    return min(limits + ([physical] if physical is not None else []), default=None)


def memory_physical(root: Path = Path("/")) -> int | None:
    """Return the bytes of memory that the kernel manages, ``None`` where there is no ``/proc/meminfo``.

    Args:
        root: Where ``/proc`` lies.
    """
    for line in _read(root / "proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemTotal":
            return int(value.split()[0]) * 1024
    return None


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_quota(group: Path) -> float | None:
    """Return the cores that one control group allows, ``None`` where it sets no quota."""
    quota, _, period = _read(group / "cpu.max").strip().partition(" ")  # version 2: "150000 100000" or "max 100000"
    if not quota:
        quota = _read(group / "cpu.cfs_quota_us").strip()  # version 1: "-1" for none
        period = _read(group / "cpu.cfs_period_us").strip()
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def _memory_limit(group: Path) -> int | None:
    """Return the bytes that one control group allows, ``None`` where it sets no limit."""
    limit = _read(group / "memory.max").strip() or _read(group / "memory.limit_in_bytes").strip()
    return int(limit) if limit.isdigit() else None


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the control groups that this process is in, and those around them: each may set a limit.

    Both versions may be mounted at once (``hybrid``), and either may govern the controller.
    """
    paths: dict[str, str] = {}
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        paths |= dict.fromkeys(controllers.split(","), path)
    for line in _read(root / "proc/self/mountinfo").splitlines():
        mount, _, filesystem = line.partition(" - ")
        mount_root, mount_point = mount.split()[3:5]
        kind, _, options = filesystem.split()[:3]
        if kind == "cgroup2" or (kind == "cgroup" and controller in options.split(",")):
            group = paths.get("" if kind == "cgroup2" else controller)
            if group is not None:
                yield from _upwards(root / mount_point.lstrip("/"), _inside(group, mount_root))


def _inside(path: str, mount_root: str) -> PurePosixPath:
    """Return a control group's path below its mount point.

    In a container the mount begins at the container's own group, or the path leads out of the namespace (``/..``);
    the mount point is then all that can be seen.
    """
    group = PurePosixPath(path)
    if ".." in group.parts or not group.is_relative_to(mount_root):
        return PurePosixPath()
    return group.relative_to(mount_root)


def _upwards(mount_point: Path, inside: PurePosixPath) -> Iterator[Path]:
    yield mount_point / inside
    for parent in inside.parents:
        yield mount_point / parent


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
