"""Temporary directories that a later process removes where their own was killed before it could."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = ".owner"  # a file that the owner of the directory holds a lock on as long as it lives, see flock(2)
UNOWNED = f"{OWNER}.new"  # the same before it has the lock
RANDOM_END = r"[a-z0-9_]{8}"  # of a name that `tempfile` makes
TRIES = 5  # to make a directory that no sweep takes between its making and its lock, which is a millisecond


@contextmanager
def scratch_directory(prefix: str, under: Path | None = None) -> Iterator[Path]:
    """Make a directory that is removed after the block, or by `sweep` where ``kill -9`` leaves no time for that.

    Args:
        prefix: The beginning of its name.
        under: Directory to make it in; the temporary directory if not given.

    Raises:
        OSError: It cannot be made.
    """
    with contextlib.ExitStack() as made:
        for left in reversed(range(TRIES)):
            new = tempfile.TemporaryDirectory(prefix=prefix, dir=under, ignore_cleanup_errors=True)
            path = Path(made.enter_context(new))
            try:
                owner = _own(path)
            except FileNotFoundError:  # a sweep took it for one whose maker was killed
                if not left:
                    raise
            else:
                break
        try:
            yield path
        finally:
            with contextlib.suppress(OSError):
                _empty(path)
            os.close(owner)


def _own(directory: Path) -> int:
    """Take the lock of a new directory, and return the descriptor of its file.

    Raises:
        FileNotFoundError: It is gone.
        OSError: The file cannot be made or named. To empty the directory would take what is not to be had.
    """
    # Locked before it has its name, so that nobody finds it unlocked while its owner lives.
    unnamed = directory / UNOWNED
    try:
        owner = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        with contextlib.suppress(OSError):
            directory.rmdir()
        raise
    try:
        fcntl.flock(owner, fcntl.LOCK_EX)
    except OSError:  # a file system without locks: nobody else removes it
        return owner
    try:
        unnamed.rename(directory / OWNER)
    except OSError:
        os.close(owner)
        raise
    return owner


def is_abandoned(directory: Path) -> bool:
    """Return whether the owner of a directory of `scratch_directory` is gone.

    Args:
        directory: The directory.
    """
    with contextlib.suppress(OSError), _taken_over(directory):
        return True
    return False


def sweep(prefix: str, under: Path | None = None, end: Callable[[Path], object] | None = None) -> list[Path]:
    """Remove this user's directories of `scratch_directory` whose owners are gone, and return them.

    Empty ones that nobody came to own are removed, too, and not returned, since nothing was made there.

    Args:
        prefix: The beginning of their names.
        under: The directory that they are in; the temporary directory if not given.
        end: Called with each before it is removed, to end what still uses it.
    """
    found = []
    place = Path(under or tempfile.gettempdir())
    for path in place.glob(f"{prefix}*"):
        if re.fullmatch(rf"{re.escape(prefix)}.*(?<=.[.-]){RANDOM_END}", path.name):
            with contextlib.suppress(OSError):
                _remove_unowned(path)
    for path in place.glob(f"{prefix}*/{OWNER}"):
        with contextlib.suppress(OSError), _taken_over(path.parent) as owner:
            if os.fstat(owner).st_uid != os.geteuid():
                continue
            if end:
                end(path.parent)
            _empty(path.parent)
            shutil.rmtree(path.parent, ignore_errors=True)
            found.append(path.parent)
    return found


def _empty(directory: Path) -> None:
    """Remove all that is in a directory but its owner's file: it goes last, so that a sweep finds what a kill leaves.

    Raises:
        OSError: It is none, or cannot be listed.
    """
    place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with os.scandir(place) as entries:
            found = [entry for entry in entries if entry.name != OWNER]
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.name, ignore_errors=True, dir_fd=place)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.name, dir_fd=place)
    finally:
        os.close(place)


def _remove_unowned(directory: Path) -> None:
    """Remove a directory whose maker did not come to own it, so that nothing else is in it.

    A maker that is about to makes another one.

    Raises:
        OSError: It is none of these.
    """
    if directory.lstat().st_uid != os.geteuid():
        return
    with contextlib.suppress(FileNotFoundError), _taken_over(directory, UNOWNED):
        (directory / UNOWNED).unlink()
    directory.rmdir()


@contextmanager
def _taken_over(directory: Path, name: str = OWNER) -> Iterator[int]:
    """Hold the lock of a directory whose owner is gone, and give the descriptor of its file.

    Raises:
        OSError: Its owner lives, it has none, or it is somebody else's.
    """
    owner = os.open(directory / name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield owner
    finally:
        os.close(owner)
