"""Sees that threads and files can still be had, before a native library takes them that ends the process without."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import threading


def check_threads(wanted: int, what: str) -> None:
    """See that so many threads can be started.

    Args:
        wanted: How many.
        what: What takes them, in the plural, for the message.

    Raises:
        OSError: They cannot be (``EAGAIN``).
    """
    end, started = threading.Event(), []
    try:
        for _ in range(wanted):
            thread = threading.Thread(target=end.wait)
            thread.start()
            started.append(thread)
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, f"{what} take {wanted} threads, though few processes") from error
    finally:
        end.set()
        for thread in started:
            thread.join()


check_threads_once = functools.cache(check_threads)
"""The same for threads that are kept: seen to once in this process."""


def check_files(wanted: int, what: str) -> None:
    """See that so many files can be opened.

    Args:
        wanted: How many.
        what: What takes them, in the plural, for the message.

    Raises:
        OSError: They cannot be (``EMFILE``, or ``ENFILE`` for the whole machine).
    """
    with contextlib.ExitStack() as opened:
        try:
            for _ in range(wanted):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        except OSError as error:
            raise OSError(error.errno, f"{what} take {wanted} open files, though few are allowed") from error
