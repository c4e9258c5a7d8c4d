"""Describes the machine, as far as this process may use it; imports the standard library only."""

from __future__ import annotations

import csv
import hashlib
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.machine import commands, limits


@dataclass(frozen=True)
class Host:
    """The machine, as far as this process may use it.

    Attributes:
        id: Digest of the machine's own id, or of its name; tells two machines apart and names neither.
        cpu: Model of the processor.
        cores: Cores that this process may use.
        memory_bytes: Memory that this process may use; None where it is unknown.
        memory_physical_bytes: Memory that the kernel manages.
        system: The operating system's own name for itself.
        kernel: Release of the kernel.
        architecture: Such as ``x86_64``.
        gpus: Name, memory and driver of each GPU.
    """

    id: str
    cpu: str
    cores: int
    memory_bytes: int | None
    memory_physical_bytes: int | None
    system: str
    kernel: str
    architecture: str
    gpus: tuple[str, ...]


def describe_host() -> Host:
    """Return the facts of this machine; runs ``nvidia-smi`` if it is on the path."""
    return Host(
        id=digest(_machine_id()),
        cpu=_cpu(),
        cores=limits.cores_available(),
        memory_bytes=limits.memory_available(),
        memory_physical_bytes=limits.memory_physical(),
        system=_system(),
        kernel=platform.release(),
        architecture=platform.machine(),
        gpus=gpus(),
    )


def gpus() -> tuple[str, ...]:
    """Return name, memory and driver of each NVIDIA GPU, as ``nvidia-smi`` on the path states them."""
    if not shutil.which("nvidia-smi"):
        return ()
    answer = commands.ask("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    return tuple(", ".join(field.strip() for field in row) for row in csv.reader((answer or "").splitlines()))


def digest(text: str) -> str:
    """Return 12 hexadecimal digits that stand for a text and do not show it."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _machine_id() -> str:
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        if path.is_file() and (text := path.read_text().strip()):
            return text
    return platform.node()


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform()
