"""Runs a function on W ranks at once, in one Spark barrier stage; either all of them end well, or all of them end.

Spark's part is to start the ranks together and to end them together: when one task fails, it kills the Python
processes of the others, also those that hang inside a library. Data never passes through it.
"""

from __future__ import annotations

import json
import pickle
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.imports import import_alone
from strategies.lib.ranks import answers, errors
from strategies.lib.ranks.errors import RankError, rank_errors
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.threads import set_threads
from strategies.lib.spark import frames, slots
from strategies.lib.spark.failures import barrier_errors, spark_errors
from strategies.lib.spark.peers import hosts_of_ranks

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from bench import Trial
    from bench.rows import Keys
    from strategies.lib.ranks.answers import RankAnswer


@dataclass
class RankMessages:
    """The messages that ranks exchange.

    Attributes:
        own: This rank's own message.
        all: The messages of all ranks, in their order.
    """

    own: Any = None
    all: list[Any] = field(default_factory=list)


class Rank:
    """One of the processes that share the work, as the function that runs in it sees it.

    Attributes:
        index: Its number, from 0.
        world: How many there are.
        laps: Its clock.
    """

    def __init__(self, called_at: float) -> None:
        """Ask Spark for the rank's number; only inside a task of a barrier stage.

        Args:
            called_at: Moment of the driver's call, seconds since the epoch.
        """
        from pyspark import BarrierTaskContext

        self.laps = Laps(called_at)
        self._context = BarrierTaskContext.get()
        self.index: int = self._context.partitionId()
        self.world = len(self._context.getTaskInfos())

    @contextmanager
    def meet(self) -> Iterator[RankMessages]:
        """End the block well on all ranks or on none, so that no rank goes on to wait for one that failed.

        Each rank's ``shared.own`` is then in every rank's ``shared.all``. The wait is the lap ``rendezvous``, a second
        at least, since Spark looks for the others' answers once a second only: one such block does for loading and
        finding each other.

        Yields:
            The place for the rank's message and for those of all.

        Raises:
            RankError: A rank raised inside the block, which the sentence names, or did not come in time.
        """
        shared, failure = RankMessages(), None
        try:
            yield shared
        except Exception as error:
            failure = error
        said = json.dumps({"own": shared.own, "failure": failure and errors.sentence(self.index, failure)})
        with barrier_errors():
            messages = [json.loads(message) for message in self._context.allGather(said)]
        if failures := [message["failure"] for message in messages if message["failure"]]:
            raise RankError(failures[0]) from failure
        shared.all = [message["own"] for message in messages]
        self.laps.end("rendezvous")

    def address(self) -> str:
        """Return this rank's IP address, the one that Spark reaches it by.

        Raises:
            RankError: Its host name leads to itself only, though ranks are on several hosts.
        """
        host = hosts_of_ranks(self._context)[self.index]
        address = socket.gethostbyname(host)
        if address.startswith("127.") and self.several_hosts:
            raise RankError(f"Other hosts cannot reach {host} at {address}: set SPARK_LOCAL_IP there.")
        return address

    @property
    def several_hosts(self) -> bool:
        """Whether ranks are on more than one host."""
        return len(set(hosts_of_ranks(self._context))) > 1


def start(trial: Trial, *modules: str) -> SparkSession:
    """Start Spark for ranks of the trial's threads, with room for all, and import modules in each.

    Args:
        trial: The trial.
        modules: Modules that the ranks will need; a rank's first import is set-up, as it is in a single process.

    Raises:
        RankError: Spark has too few slots.
    """
    spark = slots.start(trial)
    run(trial, spark, partial(_import, modules))
    return spark


def _import(modules: Sequence[str], rank: Rank, trial: Trial) -> None:
    rows.import_libraries(trial.threads_per_worker)
    for module in modules:
        import_alone(module)


def run(trial: Trial, spark: SparkSession, function: Callable[[Rank, Trial], Any], *splits: str) -> list[Any]:
    """Call ``function(rank, trial)`` on every rank, once, and return the results in the order of the ranks.

    Where a pipeline holds the dataset's rows as a data frame, each rank gets its partition of them first.

    Args:
        trial: Gives the number of ranks.
        spark: The session, out of `start`.
        function: A function of a module's top level, or a `partial` of one; its result travels to the driver.
        splits: Splits that the function reads, ``train`` by default.

    Raises:
        RankError: A rank raised, died, or did not come in time; the sentence is the rank's own.
    """
    if rows.held(trial.dataset) is not None:
        return _run_piped(trial, function, splits or ("train",))
    ranks = spark.sparkContext.parallelize(range(trial.workers), trial.workers).barrier()
    called_at, keys = time.time(), rows.driver_keys(trial.dataset)
    with spark_errors():
        found = ranks.mapPartitions(lambda _: [_execute(function, trial, called_at, keys)]).collect()
    return [answers.unpack(answer) for answer in found]


def _run_piped(trial: Trial, function: Callable[[Rank, Trial], Any], splits: Sequence[str]) -> list[Any]:
    """Do what `run` does, with the rows of a data frame that has a partition for each rank."""
    frame = rows.held(trial.dataset)
    names = ("row_id", "test", *trial.dataset.columns)
    sent = frame.where(frames.condition(splits)).select(*(f"`{name}`" for name in names))
    work = _PipedRank(function, trial, time.time(), rows.driver_keys(trial.dataset))
    with spark_errors():
        found = sent.mapInArrow(work, "rank int, answer binary", barrier=True).collect()
    return [answers.unpack(pickle.loads(row.answer)) for row in sorted(found, key=lambda row: row.rank)]  # noqa: S301 - ours


@dataclass(frozen=True)
class _PipedRank:
    """A function for the tasks of a barrier stage: a rank's rows in, its answer out."""

    function: Callable[[Rank, Trial], Any]
    trial: Trial
    called_at: float
    keys: Keys

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        import pyarrow.compute as pc

        dataset = self.trial.dataset
        kinds = {"row_id": pa.int64(), "test": pa.bool_()}
        schema = pa.schema([(name, kinds.get(name, pa.float32())) for name in ("row_id", "test", *dataset.columns)])
        table = pa.Table.from_batches((batch.cast(schema) for batch in batches), schema)
        rows.hold_share(dataset, {"train": table.filter(pc.invert(table["test"])), "test": table.filter(table["test"])})
        answer = _execute(self.function, self.trial, self.called_at, self.keys)
        from pyspark import BarrierTaskContext

        rank = BarrierTaskContext.get().partitionId()
        yield pa.RecordBatch.from_pydict({"rank": pa.array([rank], pa.int32()), "answer": [pickle.dumps(answer)]})


def _execute(function: Callable[[Rank, Trial], Any], trial: Trial, called_at: float, keys: Keys) -> RankAnswer:
    rank = Rank(called_at)
    set_threads(trial.threads_per_worker)
    with rank_errors(rank.index):
        return answers.call_with_keys(keys, function, rank, trial)
