"""Binds Horovod's servers to the loopback address where all of a job is on this machine.

Horovod 0.28.1 binds them to every interface, whatever ``nics`` says (``horovod.runner.util.network.find_port``), and
its rendezvous believes whoever writes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def bound_to(host: str | None) -> Iterator[None]:
    """Bind the servers that this process starts in the block to an address.

    Args:
        host: The address; None for Horovod's own way.
    """
    from horovod.runner.common.util import network
    from horovod.runner.http import http_server

    find_port = network.find_port

    def find_bound(make_server: Callable[[tuple[str, int]], Any]) -> Any:
        return find_port(lambda address: make_server((host or address[0], address[1])))

    for module in (network, http_server):
        module.find_port = find_bound
    try:
        yield
    finally:
        for module in (network, http_server):
            module.find_port = find_port
