"""Semaphores of Python's `multiprocessing` that a trial left in shared memory, with nobody to remove them.

A resource tracker removes those of processes that are killed, unless it is, too: Spark's Python daemon sends SIGHUP to
its process group once its JVM is gone, and a tracker ignores only SIGINT and SIGTERM. The files would stay until the
machine is started again.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux has them; other systems show none
_PATTERN = "sem.mp-*"
_BEFORE = "semaphores.json"


def note_existing(directory: Path) -> None:
    """Write down those that are there before a trial, for `remove_left` of this process or a later one.

    Args:
        directory: The trial's own directory.
    """
    if names := [path.name for path in SHARED_MEMORY.glob(_PATTERN)]:
        (directory / _BEFORE).write_text(json.dumps(names))


def remove_left(directory: Path) -> None:
    """Remove this user's that were made since, and that no process maps: who has a semaphore open maps its file.

    Only this user's processes may open them. One in another container that shares ``/dev/shm`` is not seen: what it has
    made for a child that has yet to open it would be taken.

    Args:
        directory: The trial's own directory.
    """
    noted = directory / _BEFORE
    try:
        before = set(json.loads(noted.read_text())) if noted.exists() else set()
    except ValueError:  # the harness was killed as it wrote this, and the trial never began
        return
    made = [path for path in SHARED_MEMORY.glob(_PATTERN) if path.name not in before]
    if made:
        mapped = _mapped_files()
        for path in made:
            with contextlib.suppress(FileNotFoundError):
                found = path.lstat()
                if found.st_uid == os.geteuid() and (found.st_dev, found.st_ino) not in mapped:
                    path.unlink()


def _mapped_files() -> set[tuple[int, int]]:
    """Return device and inode of the files that processes map, of those processes that this user may look into.

    Not their paths, as psutil has them: glibc names a semaphore by a link to the file that it has mapped, so that its
    maker is shown to map one that was deleted.
    """
    mapped = set()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            for line in maps.read_text(errors="replace").splitlines():
                _, _, _, device, inode, *_ = line.split(maxsplit=5)
                major, minor = (int(number, 16) for number in device.split(":"))
                mapped.add((os.makedev(major, minor), int(inode)))
    return mapped
