"""Treats signals that end a program like Ctrl-C: clean up, and keep the results so far."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS_UNTIL_AGAIN = 0.01
MOST_SECONDS_LATE = 5.0


@contextmanager
def heeded_signals() -> Iterator[None]:
    """Raise `KeyboardInterrupt` in the block for SIGTERM and SIGHUP, too, where Python does not swallow it.

    An exception that is raised while an object is finalised is printed and then forgotten, and native modules forget
    those that come while they are imported (pandas'). A signal may well come at such a moment, and the run would go on
    as if nobody had pressed Ctrl-C. Nor does `tempfile` know a directory yet right after making it, so that it would be
    left. So after the first it is raised again, and it waits for the others to end.
    """
    asked_at = None

    def interrupt(_number: int, frame: FrameType | None) -> None:
        nonlocal asked_at
        now = time.monotonic()
        asked_at = asked_at or now
        if _has_to_end(frame) and now < asked_at + MOST_SECONDS_LATE:
            come_again()
            return
        asked_at = None
        raise KeyboardInterrupt

    def come_again() -> None:
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, SECONDS_UNTIL_AGAIN)

    def raise_again(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            come_again()
        else:
            former(unraisable)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ignored, as SIGHUP is under nohup and SIGINT in a shell's background, it is not meant for this program.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    former = sys.unraisablehook
    sys.unraisablehook = raise_again
    try:
        yield
    finally:
        sys.unraisablehook = former
        if signal.getsignal(signal.SIGALRM) == interrupt:  # else the timer is somebody else's
            signal.setitimer(signal.ITIMER_REAL, 0)


def _has_to_end(frame: FrameType | None) -> bool:
    """Return whether a frame, or one that called it, imports a module, or makes or removes a temporary directory."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib") or name == tempfile.__file__:
            return True
        frame = frame.f_back
    return False
