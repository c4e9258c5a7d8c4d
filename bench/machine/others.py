"""Says which other programs use the cores at the moment."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import psutil

LOOK_S = 2.0
LEAST = 0.02  # cores: programs that use less are not named
NAMED = 4


@dataclass(frozen=True)
class Users:
    """The programs that used cores for a moment.

    Attributes:
        cores: Cores in use by others, whether or not their processes can be seen from here.
        programs: Cores that each program used, by name, the greediest first.
        of: Cores of the machine.
    """

    cores: float
    programs: tuple[tuple[str, float], ...]
    of: int

    def __str__(self) -> str:
        number = len(self.programs)
        who = f"{number} {'program uses' if number == 1 else 'programs use'}" if number else "Programs out of sight use"
        named = ", ".join(f"{name} {cores:.0%}" for name, cores in self.programs[:NAMED])
        more = f", and {number - NAMED} more" if number > NAMED else ""
        return f"{who} {self.cores:.1f} of {self.of} cores{': ' if named else ''}{named}{more}"


class Look:
    """A look at the machine, from its making to `users`."""

    def __init__(self) -> None:
        """Begin to look."""
        self._began = time.monotonic()
        self._busy = _busy_s()
        self._own, _ = _own_tree()
        self._before = _cpu_by_process()

    def users(self, seconds: float = LOOK_S) -> Users:
        """Return who used the cores.

        Args:
            seconds: Look for at least so long; returns no sooner.
        """
        time.sleep(max(0.0, self._began + seconds - time.monotonic()))
        took = time.monotonic() - self._began
        busy_s = _busy_s() - self._busy
        own_s, ours = _own_tree()
        by_name: dict[str, float] = {}
        for key, (name, cpu_s) in _cpu_by_process().items():
            used = cpu_s - self._before.get(key, (name, 0.0))[1]
            if key[0] not in ours and used / took >= LEAST:
                by_name[name] = by_name.get(name, 0.0) + used / took
        programs = tuple(sorted(by_name.items(), key=lambda item: (-item[1], item[0])))
        others = (busy_s - (own_s - self._own)) / took
        return Users(max(0.0, others), programs, psutil.cpu_count() or 1)


Key = tuple[int, float]  # a process's id and the moment of its start, since ids are used again


def _cpu_by_process() -> dict[Key, tuple[str, float]]:
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error), process.oneshot():
            times = process.cpu_times()
            found[process.pid, process.create_time()] = (process.name(), times.user + times.system)
    return found


def _own_tree() -> tuple[float, set[int]]:
    """Return the CPU seconds of this process and its descendants up to now, and their ids.

    Those of a descendant that has ended are in the time of the children of whoever waited for it.
    """
    this = psutil.Process()
    cpu_s, ids = 0.0, set[int]()
    for process in (this, *this.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            cpu_s += sum(process.cpu_times()[:4])  # its own, user and system, and those of its children
            ids.add(process.pid)
    return cpu_s, ids


def _busy_s() -> float:
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # counted in user and nice, too
    return float(sum(times) - idle - guests)
