"""Keeps each night as a plain file, in a directory or behind a URI; no file is ever written twice.

A file appears whole, under a name that its content determines. So two jobs that add nights at once need no lock, and
neither can undo the work of the other.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import ResultsError, UsageError
from bench.trend.night import Night, from_json


@dataclass(frozen=True)
class History:
    """The nights in one place.

    Attributes:
        place: The directory or URI as the user gave it, without a password.
        filesystem: A `pyarrow.fs.FileSystem`.
        root: Its directory in that file system.
        directory: The same as a local path, where it is local.
    """

    place: str
    filesystem: Any
    root: str
    directory: Path | None = None

    def nights(self) -> list[Night]:
        """Return all nights, the oldest first; names that begin with a dot, or do not end in ``.json``, are ignored.

        Raises:
            ResultsError: One is damaged or from a newer version, or the place cannot be read.
        """
        from pyarrow.fs import FileSelector

        try:
            entries = self.filesystem.get_file_info(FileSelector(self.root, allow_not_found=True))
            names = [entry.base_name for entry in entries if entry.is_file]
            ours = sorted(name for name in names if name.endswith(".json") and not name.startswith("."))
            found = [from_json(self._read(name), f"{self.place.rstrip('/')}/{name}") for name in ours]
        except OSError as error:
            raise ResultsError(
                f"The history {self.place} cannot be read ({_said(error)}): check its address and your access."
            ) from error
        return sorted(found, key=lambda night: (night.at, night.file))

    def add(self, night: Night) -> bool:
        """Add a night, unless it is there already.

        Returns:
            Whether it was new.

        Raises:
            ResultsError: It cannot be written.
        """
        try:
            if self.directory is not None:
                return _create(self.directory, night)
            return self._put(night)
        except OSError as error:
            raise ResultsError(
                f"The history {self.place} cannot be written to ({_said(error)}): make room, or check your access."
            ) from error

    def _read(self, name: str) -> bytes:
        with self.filesystem.open_input_stream(f"{self.root}/{name}") as file:
            content: bytes = file.read()
        return content

    def _put(self, night: Night) -> bool:
        """Upload under a hidden name and rename: two jobs with the same name have the same content."""
        from pyarrow.fs import FileType

        target, hidden = f"{self.root}/{night.file}", f"{self.root}/.{secrets.token_hex(8)}"
        if self.filesystem.get_file_info(target).type != FileType.NotFound:
            return False
        self.filesystem.create_dir(self.root, recursive=True)
        with self.filesystem.open_output_stream(hidden) as file:
            file.write(night.to_json())
        self.filesystem.move(hidden, target)
        return True


def open_history(place: str) -> History:
    """Open a history; it need not exist yet.

    Args:
        place: A directory, or a URI that `pyarrow.fs.FileSystem.from_uri` understands, such as ``s3://bucket/nights``.

    Raises:
        UsageError: The URI is not understood.
    """
    import pyarrow as pa
    from pyarrow import fs

    if "://" not in place:
        directory = Path(place).absolute()
        return History(place, fs.LocalFileSystem(), str(directory), directory)
    shown = re.sub(r"//[^/@]*@", "//", place)  # hides a user and a password
    try:
        filesystem, root = fs.FileSystem.from_uri(place)
    except (OSError, pa.ArrowException) as error:
        said = _said(error).replace(place, shown)
        raise UsageError(
            f"The history {shown} cannot be opened ({said}): give a directory, or a URI such as s3://bucket/nights."
        ) from error
    return History(shown, filesystem, root, Path(root) if place.startswith("file://") else None)


def _create(directory: Path, night: Night) -> bool:
    """Write a hidden file and link it to its name, which fails if the name is taken."""
    directory.mkdir(parents=True, exist_ok=True)
    hidden = directory / f".{secrets.token_hex(8)}"
    try:
        with hidden.open("xb") as file:
            file.write(night.to_json())
            file.flush()
            os.fsync(file.fileno())
        os.link(hidden, directory / night.file)
    except FileExistsError:
        return False
    finally:
        hidden.unlink(missing_ok=True)
    return True


def _said(error: Exception) -> str:
    """Return the text of an error, in one line without a full stop."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split()).rstrip(".") or type(error).__name__
