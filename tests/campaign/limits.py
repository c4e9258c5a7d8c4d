"""Faults of what a command stands on: calls that fail, the clock, limits of processes and of control groups."""

from __future__ import annotations

import errno
import os
import pwd
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from tests.campaign.faults import Choices, Dress, Fault
from tests.campaign.sandbox import Sandbox
from tests.campaign.works import Work

GROUPS = Path("/sys/fs/cgroup")
# What lets another user read what root has installed.
READS_ALL = "+dac_override,+dac_read_search"


@dataclass(frozen=True)
class Errno(Fault):
    """Calls about files below a place fail, after some of them have passed.

    Attributes:
        place: results, data, scratch or shm.
        number: The error.
    """

    place: str = "results"
    number: int = errno.ENOSPC

    @property
    def keeps_from_removing(self) -> bool:
        """A directory that cannot be listed cannot be removed."""
        return self.number == errno.EIO

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose when it begins, and whether it passes."""
        after = random.choice((0, 1, 2, 3, 5, 8, 13, 21, 34, 55))
        return {"after": after, "times": random.choice((1, 3, 10**9, 10**9))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Load the shim, which says by a file that a call has failed."""
        mark = box.root.parent / f"failed-{box.token}"

        def look() -> None:
            if mark.exists():
                box.hit = f"after {choices['after']} calls"
                mark.unlink()

        return Dress(
            undo=look,
            environ={
                "FAULT_MARK": str(mark),
                "FAULT_UNDER": str(box.place(self.place)),
                "FAULT_AFTER": str(choices["after"]),
                "FAULT_TIMES": str(choices["times"]),
                "FAULT_ERRNO": str(self.number),
            },
            always={"LD_PRELOAD": str(box.root.parent / "shim.so")},
        )


@dataclass(frozen=True)
class Clock(Fault):
    """The clock of the day jumps while the command runs."""

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose when and how far."""
        by_s = random.choice((-3600, 3600, -86400 * 400, 86400 * 400, -60, 1))
        return {"after_s": random.random() * (20 if work.real else 2), "by_s": by_s}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Load the shim."""
        at_ns = time.monotonic_ns() + int(choices["after_s"] * 1e9)

        def see_whether_it_came() -> None:
            box.hit = f"by {choices['by_s']} s" if time.monotonic_ns() >= at_ns else ""

        return Dress(
            environ={"CLOCK_AT_NS": str(at_ns), "CLOCK_BY_S": str(choices["by_s"])},
            always={"LD_PRELOAD": str(box.root.parent / "shim.so")},
            undo=see_whether_it_came,
        )


@dataclass(frozen=True)
class Bound(Fault):
    """Less of something than a command may want.

    Attributes:
        values: How much there is, of which one is drawn.
        real_values: The same where a framework works; `values` where empty.
    """

    values: tuple[int, ...] = ()
    real_values: tuple[int, ...] = ()

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the value."""
        return {"value": random.choice((work.real and self.real_values) or self.values)}


@dataclass(frozen=True)
class Limit(Bound):
    """A limit of the process, which its children inherit.

    Attributes:
        limit: One of ``resource.RLIMIT_*``.
    """

    limit: int = resource.RLIMIT_FSIZE

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Set it in the child."""
        value = choices["value"]
        box.hit = f"{value}"
        return Dress(before=lambda: resource.setrlimit(self.limit, (value, value)))


@dataclass(frozen=True)
class Processes(Limit):
    """RLIMIT_NPROC, which counts all processes and threads of a user, and does not hold for root.

    Where the campaign is root, the command is another user's, who has no other process.
    """

    limit: int = resource.RLIMIT_NPROC

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Give the sandbox to the user, and set the limit to so many more than there are."""
        user = os.geteuid()
        if user == 0:
            user = _idle_user(box)
            for path in (box.root, *box.root.rglob("*")):
                os.chown(path, user, user, follow_symlinks=False)
            who = ("--reuid", str(user), "--regid", str(user), "--clear-groups")
            box.prefix = ("setpriv", *who, "--inh-caps", READS_ALL, "--ambient-caps", READS_ALL)
        there = sum(_threads(one) for one in psutil.process_iter(["uids"]) if one.info["uids"].real == user)
        box.hit = f"{choices['value']} more"
        value = there + choices["value"]
        return Dress(before=lambda: resource.setrlimit(self.limit, (value, value)))


def _idle_user(box: Sandbox) -> int:
    """Return a user with a name, whom no process belongs to: one of many, since campaigns run side by side."""
    busy = {process.info["uids"].real for process in psutil.process_iter(["uids"])}
    idle = [one.pw_uid for one in pwd.getpwall() if one.pw_uid not in busy]
    return idle[int(box.token, 16) % len(idle)]


def _threads(process: psutil.Process) -> int:
    try:
        return process.num_threads()
    except psutil.NoSuchProcess:
        return 0


@dataclass(frozen=True)
class Group(Bound):
    """A control group with a limit, as a container has.

    Attributes:
        controller: memory or pids.
        file: The file of its limit, in version 1.
        unified: The file of its limit, in version 2.
    """

    controller: str = "memory"
    file: str = "memory.limit_in_bytes"
    unified: str = "memory.max"

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Make the group, and let the child enter it."""
        of_version_2 = (GROUPS / "cgroup.controllers").exists()
        group = (GROUPS if of_version_2 else GROUPS / self.controller) / f"bench-campaign-{box.token}"
        group.mkdir()
        (group / (self.unified if of_version_2 else self.file)).write_text(str(choices["value"]))
        if (swap := group / "memory.swap.max").exists():
            swap.write_text("0")
        box.hit = f"{choices['value']}"

        def enter() -> None:
            (group / "cgroup.procs").write_text(str(os.getpid()))

        def leave() -> None:
            for _ in range(100):
                if not (group / "cgroup.procs").read_text():
                    break
                time.sleep(0.05)
            group.rmdir()

        return Dress(before=enter, undo=leave)
