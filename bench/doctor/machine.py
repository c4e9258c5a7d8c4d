"""Checks of the machine: cores, memory, disk, loopback, and the kernel's permission to look into processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.doctor.check import Check
from bench.errors import CommandError
from bench.machine import commands, limits, variables

GIB = 2**30
ENOUGH_MEMORY_BYTES = 4 * GIB  # a JVM with Spark's default heap of 1 GiB, beside a TensorFlow of 1 GiB
LEAST_MEMORY_BYTES = 2 * GIB
ENOUGH_DISK_BYTES = 2 * GIB  # Spark's shuffle files of a dataset that just fits into memory
LEAST_DISK_BYTES = GIB // 10
SECONDS_TO_DUMP = 30


def run_checks() -> Iterator[Check]:
    """Check one thing after the other and yield each finding."""
    from bench.datasets import home

    yield check_cores(limits.cores_available(), os.cpu_count() or 1)
    yield check_memory(limits.memory_available(), _memory_free())
    yield check_disk("disk: datasets", Path(home()))
    yield check_disk("disk: scratch", Path(tempfile.gettempdir()))
    yield check_disk("disk: results", Path.cwd())
    yield check_loopback()
    yield check_pressure(Path("/proc/pressure"))
    yield check_stack_dumps()
    yield check_variables(os.environ)


def check_cores(available: int, installed: int) -> Check:
    """Judge the number of cores.

    Args:
        available: Cores that this process may use.
        installed: Cores that the machine has.
    """
    finding = f"{available} of {installed} may be used by this process"
    if available < 2:
        remedy = "Allow this process two cores or more: on one, distributed workers only take turns."
        return Check("cores", "warning", finding, remedy)
    return Check("cores", "ok", finding)


def check_memory(limit: int | None, free: int) -> Check:
    """Judge the memory.

    Args:
        limit: Bytes that this process may ever use; None if unknown.
        free: Bytes that are free on the machine.
    """
    usable = free if limit is None else min(limit, free)
    finding = f"{_gib(free)} free" + ("" if limit is None else f", {_gib(limit)} may be used by this process")
    remedy = f"Give this process {_gib(ENOUGH_MEMORY_BYTES)}: end other programs, or raise the container's limit."
    if usable < LEAST_MEMORY_BYTES:
        return Check("memory", "broken", finding, remedy)
    if usable < ENOUGH_MEMORY_BYTES:
        return Check("memory", "warning", finding, remedy)
    return Check("memory", "ok", finding)


def check_disk(name: str, directory: Path) -> Check:
    """Judge the free space of a disk, after writing a file there.

    Args:
        name: Name of the check.
        directory: The place; if it does not exist, its nearest parent counts.
    """
    place = next(path for path in (directory, *directory.parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    finding = f"{_gib(free)} free in {place}"
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        remedy = f"Make {place} writable, or choose another place."
        return Check(name, "broken", f"{finding}, but writing fails: {error.strerror}", remedy)
    remedy = f"Make room in {place}, or choose a place on another disk."
    if free < LEAST_DISK_BYTES:
        return Check(name, "broken", finding, remedy)
    return Check(name, "warning", finding, remedy) if free < ENOUGH_DISK_BYTES else Check(name, "ok", finding)


def check_loopback() -> Check:
    """Open a port on loopback and send a byte through it, as Spark, TensorFlow and XGBoost do."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(5)
            port = server.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client, server.accept()[0] as peer:
                client.sendall(b"?")
                peer.settimeout(5)
                answer = peer.recv(1)
    except OSError as error:
        remedy = "Allow connections between ports of 127.0.0.1: everything distributed talks through them."
        return Check("loopback", "broken", f"127.0.0.1 does not answer: {error}", remedy)
    return Check("loopback", "ok" if answer == b"?" else "broken", f"a port of 127.0.0.1 opens and answers ({port})")


def check_pressure(directory: Path) -> Check:
    """Judge whether the kernel reports the time that programs wait for each other.

    Args:
        directory: Directory of the pressure stall information, ``/proc/pressure``.
    """
    readable = []
    for name in ("cpu", "io", "memory"):
        try:
            readable += [name] if "total=" in (directory / name).read_text() else []
        except OSError:
            continue
    if len(readable) == 3:
        return Check("pressure", "ok", f"{directory} can be read: records say how busy the machine was")
    remedy = "Boot the kernel with psi=1: without it, nobody can tell a slow strategy from a busy machine."
    return Check("pressure", "warning", f"only {', '.join(readable) or 'nothing'} of {directory} can be read", remedy)


def check_stack_dumps() -> Check:
    """Dump the stack of a child process, as `bench run` does for a trial that hangs."""
    remedy = "Allow ptrace (in a container: --cap-add=SYS_PTRACE): a hang is then recorded with its stack dump."
    program = "import time\ndef hang(): time.sleep(60)\nprint(flush=True)\nhang()"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        try:
            child.stdout.readline()  # type: ignore[union-attr]
            finding = _py_spy(child.pid)
        finally:
            child.kill()
    if "hang" in finding:
        return Check("stack dumps", "ok", "py-spy can look into a child process")
    return Check("stack dumps", "warning", f"py-spy cannot look into a child process: {finding}", remedy)


def _py_spy(pid: int) -> str:
    command = [str(commands.own_program("py-spy")), "dump", "--pid", str(pid)]
    try:
        outcome = commands.run(command, timeout_s=SECONDS_TO_DUMP)
    except CommandError as error:
        return error.reason
    return outcome.printed or outcome.complaints.strip()


def _memory_free() -> int:
    import psutil

    return int(psutil.virtual_memory().available)


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"


def check_variables(environ: Mapping[str, str]) -> Check:
    """Name the environment variables that would break a trial or change its figures.

    Args:
        environ: The environment that trials inherit.
    """
    changing, away = list(variables.recorded(environ)), variables.taken_away(environ)
    found = [f"kept from trials: {', '.join(away)}"] if away else []
    if not changing:
        return Check("variables", "ok", "; ".join(found) or "none that would break a trial or change its figures")
    found = [f"{', '.join(changing)} change{'s' * (len(changing) == 1)} figures", *found]
    remedy = "Unset what is not meant for the trials: runs that differ in it are not compared."
    return Check("variables", "warning", "; ".join(found), remedy)
