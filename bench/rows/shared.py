"""Files of a hand-off, where all processes of a trial see them: on a disk, or in an object store."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.model import Place, Trial
from bench.rows.workers import driver_keys
from bench.stores.filesystem import filesystem, is_uri, store_errors
from bench.stores.keys import Keys
from bench.stores.tree import Tree

if TYPE_CHECKING:
    import pyarrow as pa


COPIED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class FilePlace:
    """A directory, or all objects under a URI, in which tasks write files for others to read; it pickles.

    Attributes:
        place: Where.
        keys: The driver's keys to it, which every process uses that opens a file.
    """

    place: Place
    keys: Keys

    @property
    def remote(self) -> bool:
        """Whether it is in an object store."""
        return is_uri(self.place.path)

    def uri(self, name: str) -> str:
        """Return the path or URI of a file.

        Args:
            name: Its name.
        """
        return f"{self.place.path}/{name}"

    def make(self) -> None:
        """Make the directory; a store needs none."""
        if not self.remote:
            Path(self.place.path).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def create(self, name: str) -> Iterator[pa.NativeFile]:
        """Give a file to write to; one in a store is there when all of it is.

        Args:
            name: Its name.

        Raises:
            StorageError: The store cannot be reached, or refuses it.
        """
        self.keys.use()
        with store_errors(self.uri(name), self.place.storage):
            opened, root = filesystem(self.place.path, self.place.storage)
            with opened.open_output_stream(f"{root}/{name}") as file:
                yield file

    @contextmanager
    def create_on_disk(self, name: str) -> Iterator[Path]:
        """Give a path on this host's disk for a file of a library that writes to disks only.

        Args:
            name: Its name.

        Raises:
            StorageError: The store, to which it goes when the block ends, cannot be reached, or refuses it.
        """
        if not self.remote:
            yield Path(self.uri(name))
            return
        with tempfile.NamedTemporaryFile() as written:
            yield Path(written.name)
            with self.create(name) as file, open(written.name, "rb") as copy:
                shutil.copyfileobj(copy, file, COPIED_AT_ONCE)

    @contextmanager
    def open(self, name: str, *, mapped: bool = False) -> Iterator[Any]:
        """Give a file to read from.

        Args:
            name: Its name.
            mapped: Whether it is mapped into memory where it is on a disk.

        Raises:
            StorageError: The store cannot be reached.
        """
        if not self.remote:
            import pyarrow as pa

            with (pa.memory_map if mapped else pa.OSFile)(self.uri(name)) as file:
                yield file
            return
        self.keys.use()
        with Tree(self.place.path, self.place.storage).open(name).open_reader() as file:
            yield file

    @contextmanager
    def on_disk(self, name: str) -> Iterator[Path]:
        """Give a file of this host's disk: a copy, for as long as the block runs, of one in a store.

        Args:
            name: Its name.

        Raises:
            StorageError: The store cannot be reached.
        """
        if not self.remote:
            yield Path(self.uri(name))
            return
        with tempfile.NamedTemporaryFile() as copy, self.open(name) as file:
            shutil.copyfileobj(file, copy, COPIED_AT_ONCE)
            copy.flush()
            yield Path(copy.name)

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each file that this process sees, by its name.

        Raises:
            StorageError: The store cannot be reached.
        """
        self.keys.use()
        return {entry.path: entry.bytes for entry in Tree(self.place.path, self.place.storage).list()}


def file_place(trial: Trial) -> FilePlace:
    """Return the place for files of a trial: the one that the user named, or one in the scratch directory.

    Nothing is made. The harness removes all of it after the trial.

    Args:
        trial: The trial.
    """
    place = trial.shared or Place(str(trial.scratch / "handoff"))
    there = replace(trial.dataset, path=place.path, table="", storage=place.storage)
    return FilePlace(place, driver_keys(there))


def remove(place: Place) -> None:
    """Remove all files of a place, if there are any.

    Args:
        place: The place.

    Raises:
        OSError: They cannot be removed.
        StorageError: The store cannot be reached, or refuses it.
    """
    if not is_uri(place.path):
        directory = Path(place.path)
        if directory.exists():
            shutil.rmtree(directory)
            if not any(directory.parent.iterdir()):
                directory.parent.rmdir()
        return
    import pyarrow.fs as pafs

    with store_errors(place.path, place.storage):
        opened, root = filesystem(place.path, place.storage)
        if opened.get_file_info(root).type != pafs.FileType.NotFound:
            opened.delete_dir(root)
