"""Limits how long ranks wait for each other, and ends one that waits longer."""

from __future__ import annotations

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS_TO_START = 60  # for all ranks to meet
SECONDS_TO_WAIT = 120  # for another rank: shards are equal, so that ranks are never far apart


@contextmanager
def guard_rank() -> Iterator[Callable[[], None]]:
    """End this process, with a dump of its stacks, when it is silent for too long.

    So a rank that would wait for ever ends all ranks.

    Yields:
        A function to call whenever work goes on.
    """

    def alive() -> None:
        faulthandler.dump_traceback_later(SECONDS_TO_WAIT, exit=True)

    alive()
    try:
        yield alive
    finally:
        faulthandler.cancel_dump_traceback_later()
