"""Tasks of Spark that push their rows into trainers, each of which is an Arrow Flight server."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any

from strategies.lib.handoff.receiving import END, FAIL, Receiver, no_rows
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from strategies.lib.handoff.trainers import Trainers

    Block = tuple[np.ndarray, np.ndarray]

KEY_BYTES = 32


@dataclass(frozen=True)
class PushRows:
    """Rows of a data frame that tasks push into trainers in each pass.

    Attributes:
        trainers: The processes that train.
        frame: The rows.
        receiver: Gives a trainer what comes.
        locations: Where the trainers listen.
    """

    trainers: Trainers
    frame: DataFrame
    receiver: Receiver
    locations: tuple[str, ...]

    @classmethod
    def begin(cls, trainers: Trainers, frame: DataFrame) -> PushRows:
        """Let trainers listen on the driver's address.

        Args:
            trainers: The processes that train.
            frame: The rows.
        """
        host = frame.sparkSession.conf.get("spark.driver.host") or "127.0.0.1"
        receiver = Receiver(host, secrets.token_bytes(KEY_BYTES))
        return cls(trainers, frame, receiver, tuple(trainers.run(receiver.listen, no_rows)))

    def run(self, function: Callable[[int, int, Iterator[Block]], Any]) -> list[Any]:
        """Call a function in each process that trains; see `bench.hookspecs.bench_handoff`.

        Raises:
            RankError: A trainer died, its function raised, or Spark's job failed.
        """
        job = Thread(target=self._push, daemon=True)
        job.start()
        try:
            return self.trainers.run(function, self.receiver)
        finally:
            job.join()

    def _push(self) -> None:
        sender = Sender(self.locations, self.receiver.key)
        try:
            with spark_errors(SPARK_FAILED):
                self.frame.mapInArrow(sender, "rows long").collect()
        except RankError as error:
            self._tell(FAIL, str(error))
        else:
            self._tell(END)

    def _tell(self, what: str, sentence: str = "") -> None:
        from pyarrow import flight

        for location in self.locations:
            # A trainer that has ended hears nothing; whoever waits for it says so.
            with suppress(flight.FlightError, OSError), connect(location) as client:
                list(client.do_action(flight.Action(what, self.receiver.key + sentence.encode())))


def connect(location: str) -> Any:
    """Return a client of a trainer's server, never by a proxy, which gRPC would take from the environment.

    Args:
        location: Where the trainer listens.
    """
    from pyarrow import flight

    return flight.FlightClient(location, generic_options=[("grpc.enable_http_proxy", 0)])


@dataclass(frozen=True)
class Sender:
    """A function for Spark's tasks: sends each trainer an equal part of every record batch, and counts the rows.

    Attributes:
        locations: Where the trainers listen.
        key: What it shows them.
    """

    locations: tuple[str, ...]
    key: bytes = field(repr=False)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Send record batches."""
        import pyarrow as pa
        from pyarrow import flight

        world, rows = len(self.locations), 0
        with ExitStack() as open_connections:
            writers: list[Any] = []
            for batch in batches:
                if not writers:
                    clients = [open_connections.enter_context(connect(location)) for location in self.locations]
                    target = flight.FlightDescriptor.for_command(self.key)
                    writers = [
                        open_connections.enter_context(client.do_put(target, batch.schema)[0]) for client in clients
                    ]
                ends = [batch.num_rows * (rank + 1) // world for rank in range(world)]
                for writer, start, end in zip(writers, [0, *ends], ends, strict=False):
                    writer.write_batch(batch.slice(start, end - start))
                rows += batch.num_rows
        yield pa.RecordBatch.from_pydict({"rows": [rows]})
