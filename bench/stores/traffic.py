"""Counts what this process asks of an object store: requests and bytes, where only we can tell."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass
class Traffic:
    """What was asked of object stores.

    Attributes:
        requests: Requests that were made; what the library below repeats after a failure counts once.
        bytes: Bytes of objects that came.
    """

    requests: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(self, requests: int, bytes_: int = 0) -> None:
        """Count some more, from any thread."""
        with self._lock:
            self.requests += requests
            self.bytes += bytes_

    def take(self) -> tuple[int, int]:
        """Return requests and bytes so far, and begin again at nothing: what a worker tells its driver."""
        with self._lock:
            so_far = self.requests, self.bytes
            self.requests = self.bytes = 0
        return so_far


own = Traffic()
"""Of this process; a driver adds what its workers tell it."""


class CountedFile(io.RawIOBase):
    """An object that is read in ranges, each of which is one request; has a position of its own.

    Several of these may share one opened object: a range is asked for by its place, without a common position.
    """

    def __init__(self, opened: pa.NativeFile, size: int, traffic: Traffic = own) -> None:
        """Take an opened object.

        Args:
            opened: Out of a filesystem's ``open_input_file``.
            size: Its size in bytes.
            traffic: What to count in.
        """
        self._opened, self._size, self._traffic, self._at = opened, size, traffic, 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, without a request."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def size(self) -> int:
        """Return the object's size, which Arrow asks for."""
        return self._size

    def read(self, size: int | None = -1) -> bytes:
        """Ask for one range of bytes."""
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        content: bytes = self._opened.read_at(wanted, self._at)
        self._traffic.add(1, len(content))
        self._at += len(content)
        return content

    def readall(self) -> bytes:
        """Ask for all that is left."""
        return self.read()
