"""Finds files by a pattern such as ``trips/2024-*.parquet``, on a disk and in a store alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_pattern(path: str) -> bool:
    """Return whether a path has a character that a shell would expand."""
    return bool(re.search(r"[*?\[]", path))


def fixed_part(path: str) -> str:
    """Return the directory above the first name with such a character; the path itself if there is none."""
    names = path.split("/")
    fixed = next((at for at, name in enumerate(names) if is_pattern(name)), len(names))
    return "/".join(names[:fixed]) or "/"


def matches(path: str, pattern: str) -> bool:
    """Return whether a pattern names a file or a directory above it.

    Args:
        path: Path of the file.
        pattern: Names that may have ``*``, ``?`` and ``[…]``; the name ``**`` stands for any directories.
    """
    return _match(path.split("/"), pattern.rstrip("/").split("/"))


def _match(names: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return True
    if patterns[0] == "**":
        return any(_match(names[skipped:], patterns[1:]) for skipped in range(len(names)))
    return bool(names) and fnmatchcase(names[0], patterns[0]) and _match(names[1:], patterns[1:])
