"""Finds the processes of a trial, ends them, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

from bench.errors import CommandError
from bench.machine import commands
from bench.spark.marks import EXECUTOR_VARIABLE, TRIAL_VARIABLE
from bench.trial import semaphores

SECONDS_FOR_A_DUMP = 30
SECONDS_FOR_A_TRACKER = 5.0
NO_LEADER = -1  # no process session has this id
MEMBER, EXECUTOR, OTHER = "member", "executor", "other"


class ProcessTree:
    """The processes of one trial: those in its process session, and those that carry its mark.

    A process may leave the session (``setsid``) or lose its parents, but it inherits the
    environment, and the mark in it, unless it removes the mark. Executors that a cluster's own daemon has started on
    this host carry another mark: they are the trial's, but not to be measured or ended here.

    Attributes:
        leader: Process id of the worker.
        reaped: Orphans that this process has waited for, since their parents cannot.
    """

    def __init__(self, leader: int, mark: str) -> None:
        """Remember the leader and the mark.

        Args:
            leader: Process id of the worker, which leads the session.
            mark: Value of ``BENCH_TRIAL`` in the trial's environment.
        """
        self.leader = leader
        self._roles_by_mark = {
            f"{TRIAL_VARIABLE}={mark}".encode(): MEMBER,
            f"{EXECUTOR_VARIABLE}={mark}".encode(): EXECUTOR,
        }
        self._known: dict[int, str] = {}
        self.reaped: set[int] = set()

    def members(self) -> list[int]:
        """Return the ids of the processes that exist, zombies included; reads each new process of the machine once.

        They are sorted, so that a parent comes before its children.
        """
        alive = psutil.pids()
        self._known = {pid: self._known[pid] if pid in self._known else self._role(pid) for pid in alive}
        return [pid for pid in alive if self._known[pid] == MEMBER]

    def executors(self) -> list[int]:
        """Return the ids of the processes of the trial's executors on this host, as `members` last saw them."""
        return [pid for pid, role in self._known.items() if role == EXECUTOR]

    def _role(self, pid: int) -> str:
        with contextlib.suppress(OSError):
            if os.getsid(pid) == self.leader:
                return MEMBER
            for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                if role := self._roles_by_mark.get(variable):
                    return role
        return OTHER

    def _look_again(self) -> list[int]:
        """Return the living members after reading every other process again, in case a process id was used twice.

        Members stay known: a zombie no longer shows its mark.
        """
        self._known = {pid: role for pid, role in self._known.items() if role == MEMBER}
        return self._alive()

    def _alive(self) -> list[int]:
        """Return the members that are no zombies; reap zombies that are children of this process."""
        alive = []
        for pid in self.members():
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE:
                    alive.append(pid)
                elif process.ppid() == os.getpid() and pid != self.leader:
                    os.waitpid(pid, os.WNOHANG)
                    self.reaped.add(pid)
        return alive

    def kill(self) -> int:
        """Kill every process that is left and wait until they are gone; return their number.

        The signal is SIGKILL, because TensorFlow's and Spark's processes ignore SIGTERM while they wait for peers. It
        spares the trackers of Python's `multiprocessing`, which remove the semaphores of the others from ``/dev/shm``
        once these are gone, and end; it does not where they do not.
        """
        killed: set[int] = set()
        trackers: set[int] = set()  # one that is about to end has no command line any more
        deadline = time.monotonic() + SECONDS_FOR_A_TRACKER
        while alive := self._look_again():
            trackers |= {pid for pid in alive if _is_tracker(pid)}
            doomed = set(alive) - trackers
            if doomed:
                deadline = time.monotonic() + SECONDS_FOR_A_TRACKER
            elif time.monotonic() >= deadline:
                doomed = set(alive)
            for pid in doomed:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            killed |= doomed
            time.sleep(0.01)
        return len(killed)

    def wait(self, seconds: float) -> None:
        """Wait until all processes have ended, for so many seconds at most."""
        deadline = time.monotonic() + seconds
        while self._look_again() and time.monotonic() < deadline:
            time.sleep(0.02)

    def dump_stacks(self) -> str:
        """Return the stacks of every Python process, as py-spy shows them."""
        dumps = [_dump(pid) for pid in self._look_again() if _is_python(pid)]
        return "\n".join(dumps)


def end_abandoned(directory: Path) -> None:
    """End the processes of a trial whose harness was killed, and remove their semaphores.

    Args:
        directory: The trial's own directory.
    """
    ProcessTree(NO_LEADER, directory.name).kill()
    semaphores.remove_left(directory)


def _is_tracker(pid: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return any("multiprocessing.resource_tracker" in word for word in psutil.Process(pid).cmdline())
    return False


def _is_python(pid: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return "python" in Path(psutil.Process(pid).exe()).name
    return False


def _dump(pid: int) -> str:
    command = [str(commands.own_program("py-spy")), "dump", "--nonblocking", "--pid", str(pid)]
    try:
        outcome = commands.run(command, timeout_s=SECONDS_FOR_A_DUMP)
    except CommandError as error:
        return f"Process {pid}: py-spy could not look into it: {error.reason}\n"
    return outcome.printed or f"Process {pid}: py-spy could not look into it: {outcome.complaints.strip()}\n"
