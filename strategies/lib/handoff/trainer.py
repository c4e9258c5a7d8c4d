"""One process that trains: ``python -m strategies.lib.handoff.trainer CHANNEL PIPE``, with two inherited descriptors.

By the channel come objects: a `Start`, then one `Work` after the other, each of which is answered. By the pipe come
rows, as Arrow streams. The process ends when the channel does, also in the middle of its work.
"""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, BinaryIO

from bench.rows import import_libraries
from strategies.lib.handoff import blocks
from strategies.lib.handoff.messages import Start, Work
from strategies.lib.imports import import_alone
from strategies.lib.ranks import answers, errors
from strategies.lib.ranks.errors import RankError
from strategies.lib.ranks.threads import set_threads


def end_with_driver(channel: Connection) -> None:
    """Watch a channel in a thread, and end this process as soon as the driver's end of it is closed.

    A trainer at work does not read its channel. Where tasks of Spark push its rows, it would wait for the end of a pass
    for ever, since the driver is who tells it.

    Args:
        channel: The way to the driver.
    """

    def watch() -> None:
        poll = select.poll()
        poll.register(channel, 0)  # a hang-up is told all the same, and messages are not for this thread
        poll.poll()
        os._exit(0)

    Thread(target=watch, daemon=True).start()


def main(channel: Connection, pipe: BinaryIO) -> None:
    """Work until the channel ends.

    Args:
        channel: The way to the driver.
        pipe: Rows of the driver.
    """
    end_with_driver(channel)
    start: Start = channel.recv()
    channel.send(_answer(start, _import, start))
    while True:
        try:
            work: Work = channel.recv()
        except EOFError:
            return
        except Exception as error:  # a function that this process cannot import
            channel.send(RankError(errors.sentence(start.rank, error)))
            continue
        channel.send(_answer(start, _work, start, work, pipe))


def _answer(start: Start, function: Callable[..., Any], *arguments: Any) -> answers.RankAnswer | RankError:
    try:
        return answers.call_with_keys(start.keys, function, *arguments)
    except Exception as error:
        return RankError(errors.sentence(start.rank, error))


def _import(start: Start) -> None:
    import_libraries(start.threads)
    set_threads(start.threads)
    for module in start.modules:
        import_alone(module)


def _work(start: Start, work: Work, pipe: BinaryIO) -> Any:
    import pyarrow as pa

    found = work.source(start.rank, start.world) if work.source else blocks.of_batches(pa.ipc.open_stream(pipe))
    return work.function(start.rank, start.world, found)


if __name__ == "__main__":
    own_channel, own_pipe = map(int, sys.argv[1:3])
    with Connection(own_channel) as opened, socket.socket(fileno=own_pipe).makefile("rb") as rows_of_driver:
        main(opened, rows_of_driver)
