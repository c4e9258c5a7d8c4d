"""All-reduces around a ring of real sockets, whose links a proxy may make slow."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

STEPS = 15


@dataclass(frozen=True)
class Link:
    """What a link takes.

    Attributes:
        latency_s: Seconds that each message takes however short it is.
        bytes_per_s: Its rate.
    """

    latency_s: float = 0.0
    bytes_per_s: float = float("inf")


def step_s(workers: int, values: int, link: Link) -> float:
    """Measure the seconds of one all-reduce of float32 values: the least of several, which others disturb the least."""
    if workers == 1:
        return 0.0
    with ExitStack() as stack, ThreadPoolExecutor(workers) as pool:
        pairs = [stack.enter_context(_connected(link)) for _ in range(workers)]
        together = threading.Barrier(workers)
        ranks = [
            pool.submit(_reduce, rank, workers, values, pairs[rank][0], pairs[rank - 1][1], together)
            for rank in range(workers)
        ]
        steps = [rank.result() for rank in ranks]
    return min(max(seconds) for seconds in zip(*steps, strict=True))


def _reduce(
    rank: int, workers: int, values: int, to: socket.socket, fro: socket.socket, together: threading.Barrier
) -> list[float]:
    """Take the steps of one rank, check each sum, and return its seconds of each."""
    taken = []
    for _ in range(STEPS):
        parts = np.array_split(np.full(values, rank + 1, np.float32), workers)
        together.wait()
        began = time.monotonic()
        for turn in range(2 * (workers - 1)):
            sent, got = (rank - turn) % workers, (rank - turn - 1) % workers
            to.sendall(parts[sent].tobytes())
            found = np.frombuffer(_receive(fro, parts[got].nbytes), np.float32)
            parts[got] = parts[got] + found if turn < workers - 1 else found
        taken.append(time.monotonic() - began)
        assert np.all(np.concatenate(parts) == workers * (workers + 1) / 2)
    return taken


def _receive(from_: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        found += from_.recv(size - len(found))
    return found


@contextmanager
def _connected(link: Link) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give the two ends of a connection, which goes through a proxy that passes on what it reads after a while."""
    with ExitStack() as stack:
        near, proxy_in = (stack.enter_context(each) for each in _pair())
        proxy_out, far = (stack.enter_context(each) for each in _pair())
        held: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

        def take() -> None:
            while data := proxy_in.recv(1 << 16):
                held.put((time.monotonic() + link.latency_s, data))
            held.put((0.0, b""))

        def pass_on() -> None:
            while (item := held.get())[1]:
                due, data = item
                time.sleep(max(0.0, due - time.monotonic()) + len(data) / link.bytes_per_s)
                proxy_out.sendall(data)

        threads = [threading.Thread(target=each, daemon=True) for each in (take, pass_on)]
        for thread in threads:
            thread.start()
        try:
            yield near, far
        finally:
            near.close()
            for thread in threads:
                thread.join()


def _pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    for each in (near, far):
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return near, far
