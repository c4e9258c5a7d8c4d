"""Turns faults of the place where `bench` was started into sentences: a full disk, a limit, a removed directory."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from bench.errors import UsageError

_FULL = (errno.ENOSPC, errno.EDQUOT)


class Output:
    """Standard output, whose errors are known as its own.

    Text that a full device refuses is in a buffer of Python's still, or is not: only who writes knows what failed.
    """

    def __init__(self, stream: TextIO) -> None:
        """Take the place of a stream.

        Args:
            stream: The stream that everything is passed on to.
        """
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text; nothing is not written, since click tries a stream by it and hides the error."""
        if isinstance(text, str) and not text:
            return 0
        with self._errors():
            return self._stream.write(text)

    def flush(self) -> None:
        """Flush what is in a buffer."""
        with self._errors():
            self._stream.flush()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in (*_FULL, errno.EFBIG, errno.EIO, errno.EBADF):
                raise
            # Given up, so that the interpreter does not try again at its end.
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
            raise UsageError(
                f"Standard output cannot be written to ({error.strerror}): send it to a terminal, or to a file on "
                "a disk with room."
            ) from error


def watch_output() -> None:
    """Have errors of standard output told apart from all others."""
    if sys.stdout is not None and not isinstance(sys.stdout, Output):
        sys.stdout = Output(sys.stdout)


def check_directory() -> None:
    """See that the working directory is there.

    Raises:
        UsageError: It was removed while a shell stood in it.
    """
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise UsageError("The working directory has been removed: change to one that is there, with `cd`.") from error


def fault(error: Exception) -> str | None:
    """Return a sentence about a full disk or a limit; None for any other error.

    Args:
        error: An error that no one has turned into a sentence before.
    """
    if not isinstance(error, OSError):
        return None
    name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
    if error.errno in _FULL:
        where = name or f"{tempfile.gettempdir()}, the results or the datasets"
        return f"The disk that holds {where} is full: make room, or set TMPDIR, BENCH_DATA or --out to another disk."
    if error.errno == errno.ENOMEM:
        return f"This process may not have the memory that it needs ({error.strerror}): raise `ulimit -v`."
    if error.errno == errno.EFBIG:
        what = f"The file {name}" if name else "A file"
        return f"{what} would be larger than this process may write: raise the limit (`ulimit -f`)."
    return None
