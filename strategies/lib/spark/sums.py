"""Adds up arrays of a barrier stage's ranks, again and again: each sends its own to the driver and gets the sum.

Spark's own way, ``BarrierTaskContext.allGather``, looks for the others' messages once a second only. Here a sum takes
as long as its numbers take to travel. They go through one process, which is enough for some thousand numbers and some
dozen ranks.
"""

from __future__ import annotations

import hmac
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from threading import Thread
from typing import TYPE_CHECKING

from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.peers import SECONDS_TO_CONNECT

if TYPE_CHECKING:
    import numpy as np
    from pyspark.sql import SparkSession

    from bench import Trial

KEY_BYTES, INDEX_BYTES = 32, 4


@dataclass(frozen=True)
class SumAddress:
    """Where ranks have their arrays added up.

    Attributes:
        host: The driver's address.
        port: Its port.
        key: What a rank shows, so that nobody else takes part.
    """

    host: str
    port: int
    key: bytes = field(repr=False)


@contextmanager
def serve(trial: Trial, spark: SparkSession) -> Iterator[SumAddress]:
    """Add up the arrays of all ranks in a thread of the driver, until the end of the block.

    Args:
        trial: Gives the number of ranks.
        spark: The session, whose driver the ranks reach.

    Yields:
        The address to send to the ranks.
    """
    host, key = socket.gethostbyname(spark.conf.get("spark.driver.host") or ""), secrets.token_bytes(KEY_BYTES)
    with socket.create_server((host, 0), backlog=trial.workers) as server:
        thread = Thread(target=_add_up, args=(server, key, trial.workers), daemon=True)
        thread.start()
        try:
            yield SumAddress(host, server.getsockname()[1], key)
        finally:
            with suppress(OSError):  # every rank came, and it listens no more
                server.shutdown(socket.SHUT_RDWR)  # else a thread that waits for ranks would wait for ever
            thread.join()


def _add_up(server: socket.socket, key: bytes, world: int) -> None:
    """Send the sum to all ranks whenever each has sent its array; end when one of them leaves."""
    import numpy as np

    with ExitStack() as open_connections, suppress(EOFError, OSError):
        ranks: dict[int, Connection] = {}
        while len(ranks) < world:
            connection = open_connections.enter_context(Connection(server.accept()[0].detach()))
            shown = connection.recv_bytes(KEY_BYTES + INDEX_BYTES)
            if hmac.compare_digest(shown[:KEY_BYTES], key):
                ranks[int.from_bytes(shown[KEY_BYTES:])] = connection
        while True:
            # In the order of the ranks, so that rounding is the same in each repeat.
            total = sum(np.frombuffer(ranks[index].recv_bytes()) for index in range(world))
            for connection in ranks.values():
                connection.send_bytes(np.asarray(total).tobytes())


@contextmanager
def connect(address: SumAddress, index: int) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Give a rank the function that adds up its array with those of all other ranks.

    Args:
        address: Out of `serve`.
        index: The rank.

    Yields:
        A function that takes and returns float64 of one shape, the same on all ranks; it raises a `RankError` where
        another rank has left.

    Raises:
        RankError: The driver cannot be reached.
    """
    import numpy as np

    try:
        opened = socket.create_connection((address.host, address.port), SECONDS_TO_CONNECT)
    except OSError as error:
        raise RankError(
            f"Rank {index} cannot reach the driver at {address.host} ({error.strerror or error}): let executors "
            "connect to it at any port."
        ) from error
    opened.settimeout(None)
    with Connection(opened.detach()) as connection:
        connection.send_bytes(address.key + index.to_bytes(INDEX_BYTES))

        def add(array: np.ndarray) -> np.ndarray:
            try:
                connection.send_bytes(array.tobytes())
                total = connection.recv_bytes()
            except (EOFError, OSError) as error:
                raise RankError(f"Rank {index} got no sum: another rank has ended, or the driver.") from error
            return np.frombuffer(total).reshape(array.shape)

        yield add
