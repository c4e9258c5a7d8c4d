"""A trainer as an Arrow Flight server: takes the rows that tasks of Spark push, no faster than it uses them."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue
from typing import TYPE_CHECKING, Any

from strategies.lib.handoff.blocks import of_batches
from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Block = tuple[np.ndarray, np.ndarray]

PARTS_HELD = 4  # of record batches; with more, a slow trainer would hold more, and a fast one gain nothing
END, FAIL = "end", "fail"
_queues: list[Queue[Any]] = []  # of this process; it has one server


@dataclass(frozen=True)
class Receiver:
    """Starts the server of a trainer, and gives the rows that come.

    Attributes:
        host: Address to listen on.
        key: What a sender shows, so that nobody else's rows are taken.
    """

    host: str
    key: bytes = field(repr=False)

    def listen(self, _rank: int, _world: int, _blocks: Iterator[Block]) -> str:
        """Start the server of this process, and return its location."""
        queue: Queue[Any] = Queue(PARTS_HELD)
        server = make_server(f"grpc+tcp://{self.host}:0", self.key, queue)
        _queues[:] = [queue]
        return f"grpc+tcp://{self.host}:{server.port}"

    def __call__(self, _rank: int, _world: int) -> Iterator[Block]:
        """Yield the rows of one pass as blocks.

        Raises:
            RankError: The job that pushes has failed.
        """
        return of_batches(self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        (queue,) = _queues
        while (found := queue.get()) is not None:
            if isinstance(found, str):
                raise RankError(found)
            yield found


def no_rows(_rank: int, _world: int) -> Iterator[Block]:
    """Yield nothing."""
    return iter(())


def make_server(location: str, key: bytes, queue: Queue[Any]) -> Any:
    """Return a Flight server that puts what it is sent into a queue, and waits while that is full.

    Args:
        location: Where it listens.
        key: What a sender shows.
        queue: Takes record batches, ``None`` at the end of a pass, and a sentence where there will be no end.
    """
    from pyarrow import flight

    class RowServer(flight.FlightServerBase):  # type: ignore[misc]
        def do_put(self, _context: Any, descriptor: Any, reader: Any, _writer: Any) -> None:
            _require(key, descriptor.command)
            for chunk in reader:
                queue.put(chunk.data)

        def do_action(self, _context: Any, action: Any) -> list[Any]:
            _require(key, bytes(action.body)[: len(key)])
            queue.put(None if action.type == END else bytes(action.body)[len(key) :].decode())
            return []

    def _require(right: bytes, shown: bytes) -> None:
        if not hmac.compare_digest(right, shown):
            raise flight.FlightUnauthenticatedError("The sender does not know the key of this trial.")

    return RowServer(location)
