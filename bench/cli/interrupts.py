"""Treats signals that end a program like Ctrl-C: clean up, and keep the results so far."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SECONDS_UNTIL_AGAIN = 0.01


@contextmanager
def heeded_signals() -> Iterator[None]:
    """Raise `KeyboardInterrupt` in the block for SIGTERM and SIGHUP, too, and once more where Python swallows it.

    An exception that is raised while an object is finalised is printed and then forgotten, and a signal may well come
    at such a moment: the run would go on as if nobody had pressed Ctrl-C.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    former = sys.unraisablehook

    def send_again(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            # Later, and so outside of what is finalised now. SIGINT may be ignored, as in a shell's background.
            threading.Timer(SECONDS_UNTIL_AGAIN, os.kill, (os.getpid(), signal.SIGTERM)).start()
        else:
            former(unraisable)

    sys.unraisablehook = send_again
    try:
        yield
    finally:
        sys.unraisablehook = former


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
