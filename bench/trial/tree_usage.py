"""The CPU time and the peak memory of this process and all below it, at the edges of a stretch of a trial."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection

import psutil

from bench.trial.memory_mark import peak_bytes, reset_peak

DRIVER, JVM, OTHERS = "driver", "jvm", "workers"


class TreeUsage:
    """The use of CPU and memory by a process tree since its making.

    A process that ends meanwhile is not counted: Spark ends Python workers that have been idle for a minute, and nobody
    waits for them; those that hand rows over live on.
    """

    def __init__(self) -> None:
        """Let all peaks begin anew."""
        self._began = _cpu_by_process()
        for process in _tree():
            reset_peak(process.pid)

    def cpu_s(self) -> float:
        """Return the CPU seconds, user and system, since the making."""
        return sum(seconds - self._began.get(pid, 0.0) for pid, seconds in _cpu_by_process().items())

    def peaks(self, besides: Collection[int]) -> dict[str, int]:
        """Return the peak resident bytes of this process, of Java's, and of others, each sum over processes.

        Args:
            besides: Ids of processes that are not counted.
        """
        found = {DRIVER: 0, JVM: 0, OTHERS: 0}
        for process in _tree():
            with contextlib.suppress(psutil.Error):
                if process.pid not in besides:
                    role = DRIVER if process.pid == os.getpid() else JVM if process.name() == "java" else OTHERS
                    found[role] += peak_bytes(process.pid)
        return found


def _tree() -> list[psutil.Process]:
    own = psutil.Process()
    return [own, *own.children(recursive=True)]


def _cpu_by_process() -> dict[int, float]:
    found = {}
    for process in _tree():
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            found[process.pid] = times.user + times.system
    return found
