"""Counts the requests and bytes that this process asks of object stores."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass
class Traffic:
    """The requests to object stores, and the bytes that came.

    Attributes:
        requests: Requests made; one that the library repeats after a failure counts once.
        bytes: Bytes of objects that came.
    """

    requests: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(self, requests: int, bytes_: int = 0) -> None:
        """Add to the counts, from any thread."""
        with self._lock:
            self.requests += requests
            self.bytes += bytes_

    def take(self) -> tuple[int, int]:
        """Return the requests and bytes so far and reset both to 0, so that a worker can tell its driver."""
        with self._lock:
            so_far = self.requests, self.bytes
            self.requests = self.bytes = 0
        return so_far


own = Traffic()
"""The traffic of this process; a driver adds that of its workers."""


class CountedFile(io.RawIOBase):
    """An object in a store as a file with a position of its own; each range that is read is one request.

    Several of these may share one opened object, because ranges are requested by their place.
    """

    def __init__(self, opened: pa.NativeFile, size: int, traffic: Traffic = own) -> None:
        """Take an opened object.

        Args:
            opened: The result of a filesystem's ``open_input_file``.
            size: Its size in bytes.
            traffic: The counts to add to.
        """
        self._opened, self._size, self._traffic, self._at = opened, size, traffic, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
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
        """Read one range of bytes, by one request."""
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        content: bytes = self._opened.read_at(wanted, self._at)
        self._traffic.add(1, len(content))
        self._at += len(content)
        return content

    def readall(self) -> bytes:
        """Read all remaining bytes."""
        return self.read()
