"""A directory, or all objects under a URI, opened for reading: listed, opened, counted, and watched for changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bench.errors import DatasetError
from bench.model import Storage
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors
from bench.stores.traffic import CountedFile, own

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 16  # small requests at a time; each waits for the network and computes nothing
LISTED_AT_ONCE = 1000  # objects that a store lists for one request


@dataclass(frozen=True)
class ListedFile:
    """An object or file as it was listed.

    Attributes:
        path: Relative to the tree, with forward slashes.
        bytes: Its size.
        modified_ns: When it was last written, in nanoseconds since the epoch; 0 where the store does not say.
    """

    path: str
    bytes: int
    modified_ns: int


class Tree:
    """A directory, or all objects under a URI, opened for reading.

    Attributes:
        path: The path or URI.
        remote: Whether it lies in an object store rather than on a disk of this machine.
    """

    def __init__(self, path: str, storage: Storage | None = None) -> None:
        """Open the tree; no request is made yet.

        Args:
            path: A path or URI.
            storage: Endpoint, region and anonymous access.
        """
        self.path, self._storage = normal(path), storage or Storage()
        self.remote = is_uri(self.path)
        self._filesystem, self._root = filesystem(self.path, self._storage)

    def uri(self, relative: str) -> str:
        """Return the name of a file for messages."""
        return f"{self.path}/{relative}".rstrip("/")

    def list(self, under: str = "") -> list[ListedFile]:
        """Return all files, sorted by path.

        Args:
            under: A directory in it; all of it by default.
        """
        import pyarrow.fs as pafs

        root = f"{self._root}/{under}".rstrip("/")
        with store_errors(self.uri(under), self._storage):
            found = self._filesystem.get_file_info(pafs.FileSelector(root, recursive=True, allow_not_found=True))
        if self.remote:
            own.add(1 + len(found) // LISTED_AT_ONCE)
            if not found:
                self._require_bucket()
        start = len(self._root) + 1
        files = [file for file in found if file.is_file]
        entries = [ListedFile(file.path[start:], file.size, file.mtime_ns or 0) for file in files]
        return sorted(entries, key=lambda entry: entry.path)

    def _require_bucket(self) -> None:
        import pyarrow.fs as pafs

        parts = urlsplit(self.path)
        if parts.scheme != "s3":
            return
        own.add(1)
        with store_errors(self.path, self._storage):
            found = self._filesystem.get_file_info(parts.netloc)
        if found.type == pafs.FileType.NotFound:
            server = self._storage.endpoint or "S3"
            raise DatasetError(f"There is no bucket {parts.netloc!r} at {server}: check the URI and --endpoint.")

    def open(self, relative: str) -> OpenedFile:
        """Open one file; in a store that is one request, and each range that is read one more."""
        with store_errors(self.uri(relative), self._storage):
            opened = self._filesystem.open_input_file(f"{self._root}/{relative}")
        if self.remote:
            own.add(1)
        return OpenedFile(opened, self.uri(relative), self._storage, remote=self.remote)

    def read(self, relative: str) -> bytes:
        """Return the content of one file."""
        opened = self.open(relative)
        with store_errors(self.uri(relative), self._storage):
            content: bytes = opened.file().read()
        return content


class OpenedFile:
    """One opened file, which any number of readers may read from at once.

    Attributes:
        uri: Its name in messages.
        version: The entity tag that the store gives its content; empty where there is none.
        modified: When it was last written, in whole seconds since the epoch; ``None`` where the store does not say.
    """

    def __init__(self, opened: pa.NativeFile, uri: str, storage: Storage, *, remote: bool) -> None:
        self.uri = uri
        self._opened, self._storage, self._remote = opened, storage, remote
        facts = _text(opened.metadata()) if remote else {}
        self.version = facts.get("ETag", "")
        self.modified = _seconds(facts.get("Last-Modified", ""))
        self._size = opened.size()

    def file(self) -> Any:
        """Return a file to read from, with a position of its own where it lies in a store."""
        return CountedFile(self._opened, self._size) if self._remote else self._opened

    @contextmanager
    def open_reader(self) -> Iterator[Any]:
        """Give a file to read from, and turn errors into a sentence.

        Raises:
            DatasetError: The file is gone or may not be read.
            StorageError: The store cannot be reached or broke off.
        """
        with store_errors(self.uri, self._storage, parsed=True):
            yield self.file()


def _text(metadata: Mapping[Any, Any] | None) -> dict[str, str]:
    return {_decoded(name): _decoded(value) for name, value in (metadata or {}).items()}


def _decoded(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")


def _seconds(text: str) -> int | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return int(parse(text).timestamp())
        except ValueError:
            continue
    return None
