"""The place where a Spark job puts its files: a directory that all hosts share, or a store."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.errors import DatasetError, UsageError
from bench.model import Storage
from bench.stores.filesystem import filesystem, is_uri, store_errors
from bench.stores.tree import Tree

_CLAIM = "_importing-"  # which no reader of Parquet takes for data


@dataclass(frozen=True)
class Target:
    """A directory or a URI, as the driver and the executors see it.

    A task writes to a directory of its own, and puts a file into the target when it is whole, under a name that no
    other attempt uses; the driver removes what attempts that failed have left, and writes the manifest last.

    Attributes:
        place: Path of a directory that is there, or URI.
        storage: How to reach it, if it is a URI.
    """

    place: str
    storage: Storage

    def claim(self) -> None:
        """See that nothing lies in the store there, and put a file there that keeps others away until `sweep`.

        Of two who do so at once at most one goes on, since each looks again when its file is there.

        Raises:
            UsageError: Something lies there already, or somebody else claims it.
            StorageError: The store cannot be reached.
        """
        tree = Tree(self.place, self.storage)
        if tree.list():
            raise UsageError(f"Something lies at {self.place} already: choose another --out, or take it away first.")
        name = f"{_CLAIM}{uuid.uuid4().hex}"
        with store_errors(self.place, self.storage):
            opened, root = filesystem(self.place, self.storage)
            opened.open_output_stream(f"{root}/{name}").close()
            if any(entry.path != name for entry in tree.list()):
                # Who was first may have swept it away already.
                with suppress(FileNotFoundError):
                    opened.delete_file(f"{root}/{name}")
                raise UsageError(f"Somebody else writes to {self.place} at this moment: choose another --out.")

    @contextmanager
    def attempt(self) -> Iterator[Path]:
        """Give a directory of this host for one attempt of a task, whose files `put` takes.

        Raises:
            DatasetError: The target is a directory that is not on this host, or the disk is full.
        """
        shared = None if is_uri(self.place) else self.place
        if shared and not os.path.isdir(shared):
            raise DatasetError(
                f"The directory {os.path.dirname(shared)} is not there on every host of the cluster: give --out a URI, "
                "or set BENCH_DATA to a directory that all hosts share."
            )
        try:
            with tempfile.TemporaryDirectory(prefix="attempt-", dir=shared) as directory:
                yield Path(directory)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DatasetError(
                    f"The disk that holds {shared or tempfile.gettempdir()} is full: make room there, or choose "
                    "another."
                ) from error
            raise

    def put(self, file: Path, path: str) -> None:
        """Put a file there in one step.

        Args:
            file: A whole file in the directory of an attempt, or of the driver.
            path: Its path in the target.

        Raises:
            StorageError: The store cannot be reached.
        """
        if not is_uri(self.place):
            place = Path(self.place, path)
            place.parent.mkdir(exist_ok=True)
            os.replace(file, place)
            return
        import pyarrow.fs as pafs

        with store_errors(f"{self.place}/{path}", self.storage):
            opened, root = filesystem(self.place, self.storage)
            pafs.copy_files(
                str(file),
                f"{root}/{path}",
                source_filesystem=pafs.LocalFileSystem(),
                destination_filesystem=opened,
            )

    def sweep(self, keep: Collection[str] = ()) -> None:
        """Remove all files but some.

        Args:
            keep: Paths in the target.

        Raises:
            StorageError: The store cannot be reached.
        """
        tree = Tree(self.place, self.storage)
        with store_errors(self.place, self.storage):
            opened, root = filesystem(self.place, self.storage)
            for entry in tree.list():
                if entry.path not in keep:
                    opened.delete_file(f"{root}/{entry.path}")
        if not is_uri(self.place):
            for left in Path(self.place).glob("attempt-*"):
                shutil.rmtree(left)
