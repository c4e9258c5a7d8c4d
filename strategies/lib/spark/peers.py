"""Lets the ranks of a barrier stage reach each other: past a proxy, and with a sentence where they cannot."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.spark import without_proxy
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.failures import barrier_errors

SECONDS_TO_CONNECT = 20.0


def hosts_of_ranks(context: Any) -> list[str]:
    """Return the host of each rank, in their order, as Spark names it.

    Args:
        context: The ``BarrierTaskContext``.
    """
    return [info.address.rpartition(":")[0] or info.address for info in context.getTaskInfos()]


@contextmanager
def reachable(context: Any) -> Iterator[None]:
    """Wait for all ranks, and check that this one reaches each of the others, without a proxy.

    TensorFlow's gRPC takes a proxy from the environment for its own ranks, too, and waits for ever where nobody
    answers. A rank listens until the end of the block, so that others find it whenever they come.

    Args:
        context: The ``BarrierTaskContext``.

    Raises:
        RankError: A rank did not come in time, or another one cannot be reached.
    """
    hosts = hosts_of_ranks(context)
    os.environ.update(without_proxy(os.environ, hosts))
    own = context.partitionId()
    with socket.create_server((hosts[own], 0)) as server:
        with barrier_errors():
            ports = context.allGather(str(server.getsockname()[1]))
        connect([(host, int(port)) for host, port in zip(hosts, ports, strict=True)], own)
        yield


def connect(places: Sequence[tuple[str, int]], own: int) -> None:
    """Open a connection to each rank but one, and close it.

    Args:
        places: Host and port of each rank, in their order.
        own: The rank that need not be reached.

    Raises:
        RankError: A rank does not answer.
    """
    for rank, place in enumerate(places):
        if rank != own:
            try:
                socket.create_connection(place, SECONDS_TO_CONNECT).close()
            except OSError as error:
                raise RankError(
                    f"Rank {own} cannot reach rank {rank} at {place[0]} ({error.strerror or error}): let the hosts "
                    "connect to each other at any port."
                ) from error
