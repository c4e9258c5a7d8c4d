"""Faults of places: disks that are small, shared memory that is full, a home that is elsewhere or not there."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.campaign.faults import Choices, Dress, Fault
from tests.campaign.sandbox import SHM, Sandbox
from tests.campaign.works import Work

# Where datasets are in a home, for one who does not say.
IN_A_HOME = Path(".local/share/tf-spark-bench/datasets")
VARIABLES_OF_A_HOME = ("BENCH_DATA", "XDG_DATA_HOME")


def mount_full(path: Path, kilobytes: int) -> None:
    """Make a directory a disk of its own, with what is there already and so much room.

    Args:
        path: The directory.
        kilobytes: The room.
    """
    there = sum(-(-file.stat().st_size // 4096) * 4 + 4 for file in path.rglob("*"))
    aside = path.with_name(f".{path.name}")
    path.rename(aside)
    path.mkdir()
    options = f"size={there + kilobytes}k,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(path)], check=True)
    subprocess.run(["cp", "--archive", f"{aside}/.", str(path)], check=True)
    subprocess.run(["rm", "--recursive", str(aside)], check=True)


def make_room(path: Path) -> None:
    """Give such a disk room enough."""
    remount(path, "size=64m")


def remount(path: Path, option: str) -> None:
    """Change an option of a file system that is mounted."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(path)], check=True)


@dataclass(frozen=True)
class SmallDisk(Fault):
    """A place is a disk of its own that is nearly full; afterwards somebody makes room.

    Attributes:
        place: results, data, scratch or home.
    """

    place: str = "results"

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the room that is left."""
        return {"kilobytes": random.choice((4, 8, 16, 32, 64, 128, 256, 512))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Mount it, with what is there already."""
        path = box.place(self.place)
        mount_full(path, choices["kilobytes"])
        box.hit = f"{choices['kilobytes']} kB left"
        return Dress(undo=lambda: make_room(path))


@dataclass(frozen=True)
class Home(Fault):
    """A home that is missing or read-only, where the datasets are by default; afterwards it is as it was."""

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose what is wrong with it."""
        return {"what": random.choice(("missing", "read-only", "a file", "unset"))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Change the home."""
        home, what = box.root / "home", choices["what"]
        box.hit = what
        if what == "unset":  # datasets stay where a variable says: without a home they would go to the user's own
            return Dress(environ={"HOME": ""})
        _move_datasets_home(box)
        if what == "read-only":
            mount_full(home, 64 * 1024)
            remount(home, "ro")
            return Dress(undo=lambda: remount(home, "rw"))
        aside = box.root.with_name(f"{box.root.name}-home")
        home.rename(aside)
        if what == "a file":
            home.write_text("")

        def restore() -> None:
            if home.is_dir():  # the command has made one
                shutil.copytree(home, aside, dirs_exist_ok=True)
                shutil.rmtree(home)
            home.unlink(missing_ok=True)
            aside.rename(home)

        return Dress(undo=restore)


def _move_datasets_home(box: Sandbox) -> None:
    """Put the datasets where they are by default, and unset the variables that would say otherwise."""
    place = box.root / "home" / IN_A_HOME
    place.parent.mkdir(parents=True)
    box.data.rename(place)
    box.data.symlink_to(place)
    for name in VARIABLES_OF_A_HOME:
        box.environ.pop(name, None)


@dataclass(frozen=True)
class SharedMemory(Fault):
    """The directory of shared memory, the campaign's own, is nearly full, as it is in many containers."""

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the room that is left."""
        return {"kilobytes": random.choice((4, 64, 512, 4096))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Make it small for as long as the command runs."""
        remount(SHM, f"size={choices['kilobytes']}k")
        box.hit = f"{choices['kilobytes']} kB"
        return Dress(undo=lambda: make_room(SHM))


@dataclass(frozen=True)
class HomeDisk(Fault):
    """A home on a disk of its own, maybe a full one, which has the datasets; all else is on another disk."""

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the room that is left."""
        return {"kilobytes": random.choice((16, 64, 256, 10_000, 10_000))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Put the datasets where they are by default, and mount the home."""
        home = box.root / "home"
        _move_datasets_home(box)
        mount_full(home, choices["kilobytes"])
        box.hit = f"{choices['kilobytes']} kB left"
        return Dress(undo=lambda: make_room(home))
