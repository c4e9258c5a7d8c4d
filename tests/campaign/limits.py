"""Faults of what a command stands on: calls that fail, the clock, limits, disks, a home."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.campaign.faults import Choices, Dress, Fault
from tests.campaign.sandbox import Sandbox

GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Errno(Fault):
    """Calls about files below a place fail, after some of them have passed.

    Attributes:
        place: results, data, scratch or shm.
        number: The error.
    """

    place: str = "results"
    number: int = errno.ENOSPC

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose when it begins, and whether it passes."""
        after = random.choice((0, 1, 2, 3, 5, 8, 13, 21, 34, 55))
        return {"after": after, "times": random.choice((1, 3, 10**9, 10**9))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Load the shim."""
        box.hit = f"after {choices['after']} calls"
        return Dress(
            environ={
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

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose when and how far."""
        by_s = random.choice((-3600, 3600, -86400 * 400, 86400 * 400, -60, 1))
        return {"share": random.random(), "by_s": by_s}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Load the shim."""
        at_ns = time.monotonic_ns() + int(choices["share"] * 2e9)
        box.hit = f"by {choices['by_s']} s"
        return Dress(
            environ={"CLOCK_AT_NS": str(at_ns), "CLOCK_BY_S": str(choices["by_s"])},
            always={"LD_PRELOAD": str(box.root.parent / "shim.so")},
        )


@dataclass(frozen=True)
class Limit(Fault):
    """A limit of the process, which its children inherit.

    Attributes:
        limit: One of ``resource.RLIMIT_*``.
        values: Those that are drawn.
    """

    limit: int = resource.RLIMIT_FSIZE
    values: tuple[int, ...] = ()

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose the value."""
        return {"value": random.choice(self.values)}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Set it in the child."""
        value = choices["value"]
        box.hit = f"{value}"
        return Dress(before=lambda: resource.setrlimit(self.limit, (value, value)))


@dataclass(frozen=True)
class Group(Fault):
    """A control group of version 1 with a limit, as a container has.

    Attributes:
        controller: memory or pids.
        file: The file of its limit.
        values: Those that are drawn.
    """

    controller: str = "memory"
    file: str = "memory.limit_in_bytes"
    values: tuple[int, ...] = ()

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose the value."""
        return {"value": random.choice(self.values)}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Make the group, and let the child enter it."""
        group = GROUPS / self.controller / f"bench-campaign-{box.token}"
        group.mkdir()
        (group / self.file).write_text(str(choices["value"]))
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


@dataclass(frozen=True)
class SmallDisk(Fault):
    """A place is a disk of its own that is nearly full; afterwards somebody makes room.

    Attributes:
        place: results, data, scratch or home.
    """

    place: str = "results"

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose the room that is left."""
        return {"kilobytes": random.choice((4, 8, 16, 32, 64, 128, 256, 512))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Mount it, with what is there already."""
        path = box.place(self.place)
        there = sum(-(-file.stat().st_size // 4096) * 4 + 4 for file in path.rglob("*"))
        room = there + choices["kilobytes"]
        aside = path.with_name(f".{path.name}")
        path.rename(aside)
        path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}k,mode=755", "none", str(path)], check=True)
        subprocess.run(["cp", "--archive", f"{aside}/.", str(path)], check=True)
        subprocess.run(["rm", "--recursive", str(aside)], check=True)
        box.hit = f"{choices['kilobytes']} kB left"

        def make_room() -> None:
            subprocess.run(["mount", "-o", "remount,size=64m", str(path)], check=True)

        return Dress(undo=make_room)


@dataclass(frozen=True)
class Home(Fault):
    """A home that is missing or read-only, where datasets would be by default."""

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose what is wrong with it."""
        return {"what": random.choice(("missing", "read-only", "a file", "unset"))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Change the home."""
        home, what = box.root / "home", choices["what"]
        box.hit = what
        if what == "read-only":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(home)], check=True)
        elif what == "a file":
            home.rmdir()
            home.write_text("")
        elif what == "missing":
            home.rmdir()
        return Dress(always={"HOME": ""} if what == "unset" else {})
