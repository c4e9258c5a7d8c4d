"""Treats signals that end a program like Ctrl-C: clean up, and keep the results so far."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS_UNTIL_AGAIN = 0.01
SECONDS_FOR_AN_IMPORT = 5.0


@contextmanager
def heeded_signals() -> Iterator[None]:
    """Raise `KeyboardInterrupt` in the block for SIGTERM and SIGHUP, too, where Python does not swallow it.

    An exception that is raised while an object is finalised is printed and then forgotten, and native modules forget
    those that come while they are imported (pandas'). A signal may well come at such a moment, and the run would go on
    as if nobody had pressed Ctrl-C. So after the one it is raised again, and it waits for the other to end.
    """
    asked_at, comes_again = None, False

    def interrupt(_number: int, frame: FrameType | None) -> None:
        nonlocal asked_at, comes_again
        now, comes_again = time.monotonic(), False
        asked_at = asked_at or now
        if _is_import(frame) and now < asked_at + SECONDS_FOR_AN_IMPORT:
            come_again()
            return
        asked_at = None
        raise KeyboardInterrupt

    def come_again() -> None:
        nonlocal comes_again
        comes_again = True
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
        if comes_again:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _is_import(frame: FrameType | None) -> bool:
    """Return whether a module is being imported in a frame or in one that called it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
