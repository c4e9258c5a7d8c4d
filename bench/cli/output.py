"""Standard output and standard error, whose faults are told apart from all others."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from bench.errors import EXIT_UNREAD, UsageError

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EPIPE)


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
            if error.errno not in _UNWRITABLE:
                raise
            self._give_up()
            self._tell(error)

    def _tell(self, error: OSError) -> None:
        if error.errno == errno.EPIPE:  # as `head` does: click would end with 1, which says that something is slower
            sys.exit(EXIT_UNREAD)
        raise UsageError(
            f"Standard output cannot be written to ({error.strerror}): send it to a terminal, or to a file on "
            "a disk with room."
        ) from error

    def _give_up(self) -> None:
        """Have nothing more written, so that the interpreter does not try again at its end."""
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self._stream.fileno())
        os.close(null)


class Messages(Output):
    """Standard error, which is given up where it cannot be written to: nobody can be told, but for the exit code."""

    def write(self, text: str) -> int:
        """Write text, or lose it."""
        super().write(text)
        return len(text)

    def _tell(self, error: OSError) -> None:
        pass


def watch_output() -> None:
    """Have errors of standard output told apart from all others, and those of standard error end nothing.

    Paths need not be UTF-8: what Python reads of them with surrogates is written as it was.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="surrogateescape")
    if sys.stdout is not None and not isinstance(sys.stdout, Output):
        sys.stdout = Output(sys.stdout)
    if sys.stderr is not None and not isinstance(sys.stderr, Messages):
        sys.stderr = Messages(sys.stderr)
