"""Wakes the parent of a trial where a hook begins or ends, so that it reads the machine's counters there.

Samples at intervals alone would dilute a short phase, and any phase of a trial whose many processes take long to read.
"""

from __future__ import annotations

import ctypes
import os
import select
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from bench.trial.timeline import parse_events

_IN_MODIFY = 2  # see inotify(7)
# After an event that is no edge: a strategy may name inner phases by the thousand, and to wake for each would disturb.
PAUSE_S = 0.01


class Edges:
    """The edges of hooks in the file to which a worker writes its events.

    They are seen where the kernel tells of changes to files: on Linux, if this user has a watch to spare. Elsewhere
    the worker's end is all.
    """

    def __init__(self, events: Path, worker: psutil.Popen) -> None:
        """Begin to watch.

        Args:
            events: The file; made where it is not there yet.
            worker: The worker.
        """
        events.touch()
        self._file = events.open("rb")
        self._worker = worker
        self._rest, self._depth = b"", 0
        self._descriptors = _descriptors(events, worker.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        for descriptor in self._descriptors:
            os.close(descriptor)

    def wait(self, seconds: float) -> bool:
        """Wait until the worker ends, or a hook of it begins or ends, but no longer than so many seconds.

        Args:
            seconds: At least 0.

        Returns:
            Whether the worker has ended.
        """
        deadline = time.monotonic() + seconds
        while self._has_changed(max(0.0, deadline - time.monotonic())) and not self._has_edge():
            if self._has_ended(min(PAUSE_S, max(0.0, deadline - time.monotonic()))):
                return True
        return self._has_ended(0.0)

    def _has_changed(self, seconds: float) -> bool:
        """Wait and return whether the file has changed; the worker's end ends the wait, too."""
        if not self._descriptors:
            self._has_ended(seconds)
            return False
        changes, _ = self._descriptors
        ready = select.poll()
        for descriptor in self._descriptors:
            ready.register(descriptor, select.POLLIN)
        if changes not in dict(ready.poll(seconds * 1000)):
            return False
        os.read(changes, 65536)
        return True

    def _has_edge(self) -> bool:
        """Return whether a hook has begun or ended in what was written since the last call."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        found = False
        for event in parse_events(lines):
            before = self._depth
            self._depth += ("begin" in event) - ("end" in event)
            found |= before != self._depth and 0 in (before, self._depth)
        return found

    def _has_ended(self, seconds: float) -> bool:
        try:
            self._worker.wait(seconds)
        except psutil.TimeoutExpired:
            return False
        return True


def _descriptors(events: Path, pid: int) -> tuple[int, ...]:
    """Return a descriptor that can be read once the file changes, and one once the process ends; none without both."""
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None)
    changes = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    if changes < 0:
        return ()
    try:
        if libc.inotify_add_watch(changes, os.fsencode(events), _IN_MODIFY) >= 0:
            return changes, os.pidfd_open(pid)
    except OSError:
        pass  # an old kernel, or a container, without descriptors of processes
    os.close(changes)
    return ()
