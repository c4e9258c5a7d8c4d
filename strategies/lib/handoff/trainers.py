"""Processes that train, on the driver's host: each calls a function with its rows, one after the other as asked."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.handoff.messages import Start, Work
from strategies.lib.ranks import answers
from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from bench import Trial

    Block = tuple[np.ndarray, np.ndarray]
    Function = Callable[[int, int, Iterator[Block]], Any]
    Source = Callable[[int, int], Iterator[Block]]

PROGRAM = "strategies.lib.handoff.trainer"
SECONDS_TO_END = 5.0


class Trainers:
    """W processes that train; a dead one ends all others, and with them the trial."""

    def __init__(self, number: int, trial: Trial, modules: Sequence[str] = ()) -> None:
        """Start nothing yet.

        Args:
            number: How many there are.
            trial: Gives their threads and the keys of the dataset's store.
            modules: Modules that they import when they start.
        """
        self.number, self._trial, self._modules = number, trial, tuple(modules)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._channels: list[Connection] = []
        self._pipes: list[socket.socket] = []

    def start(self) -> None:
        """Start the processes, and wait until they have imported everything.

        Raises:
            RankError: One did not start.
        """
        if self._processes:
            return
        keys = rows.driver_keys(self._trial.dataset)
        for rank in range(self.number):
            (own, other), (pipe, other_pipe) = socket.socketpair(), socket.socketpair()
            with other, other_pipe:
                theirs = (other.fileno(), other_pipe.fileno())
                command = [sys.executable, "-m", PROGRAM, *map(str, theirs)]
                self._processes.append(subprocess.Popen(command, pass_fds=theirs, stdin=subprocess.DEVNULL))
            self._channels.append(Connection(own.detach()))
            self._pipes.append(pipe)
            start = Start(rank, self.number, self._trial.threads_per_worker, self._modules, keys)
            self._channels[rank].send(start)
        self._answers()

    def run(self, function: Function, source: Source) -> list[Any]:
        """Call ``function(rank, world, source(rank, world))`` in each process, and return the results in their order.

        Args:
            function: A function that pickles: of a module's top level, or a `partial` of one.
            source: The same; it gives a rank its rows, which it reads from where they lie.

        Raises:
            RankError: A process died, or its function raised; all are ended then.
        """
        self.start()
        for channel in self._channels:
            channel.send(Work(function, source))
        return self._answers()

    def feed(self, function: Function, portion: Callable[[int, int], Iterable[pa.RecordBatch]]) -> list[Any]:
        """Call ``function(rank, world, blocks)`` in each process, and return the results in the order of the ranks.

        The rows are sent by this process, no faster than they are taken.

        Args:
            function: A function that pickles.
            portion: Gives the record batches of a rank (`strategies.lib.handoff.blocks.of_batches`), at least one; it
                is called here, in a thread for each rank.

        Raises:
            RankError: As `run` does.
        """
        self.start()
        for channel in self._channels:
            channel.send(Work(function, None))
        threads = [Thread(target=self._send, args=(rank, portion), daemon=True) for rank in range(self.number)]
        for thread in threads:
            thread.start()
        try:
            return self._answers()
        finally:
            for thread in threads:
                thread.join()

    def _send(self, rank: int, portion: Callable[[int, int], Iterable[pa.RecordBatch]]) -> None:
        import pyarrow as pa

        batches = iter(portion(rank, self.number))
        first = next(batches)
        # A trainer that has ended does not take its rows: `_answers` says so.
        with suppress(OSError), self._pipes[rank].makefile("wb") as file, pa.ipc.new_stream(file, first.schema) as sink:
            sink.write_batch(first)
            for batch in batches:
                sink.write_batch(batch)

    def _answers(self) -> list[Any]:
        """Wait for an answer of each process."""
        found: dict[int, Any] = {}
        while len(found) < self.number:
            open_channels = {channel: rank for rank, channel in enumerate(self._channels) if rank not in found}
            for ready in wait(list(open_channels)):
                rank = open_channels[ready]  # type: ignore[index]
                try:
                    found[rank] = self._channels[rank].recv()
                except (EOFError, ConnectionError) as error:
                    reason = self._death(rank)
                    self.stop(kill=True)
                    raise RankError(reason) from error
                if isinstance(found[rank], RankError):
                    self.stop(kill=True)
                    raise found[rank]
        return [answers.unpack(found[rank]) for rank in range(self.number)]

    def _death(self, rank: int) -> str:
        code = self._processes[rank].wait()
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        memory = ": memory may have run out" if code == -signal.SIGKILL else ""
        return f"Trainer {rank} ended {how} before it had all its rows, and the others were ended{memory}."

    def stop(self, *, kill: bool = False) -> None:
        """End all processes, and wait until they are gone.

        Args:
            kill: Whether they are in the middle of work.
        """
        for process in self._processes:
            if kill:
                process.kill()
        for channel in self._channels:
            channel.close()
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes, self._channels, self._pipes = [], [], []

    @property
    def pids(self) -> list[int]:
        """Ids of the processes, in the order of the ranks."""
        return [process.pid for process in self._processes]
