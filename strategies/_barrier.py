"""Runs a function on W ranks at once, in one Spark barrier stage; either all of them end well, or all of them end.

Spark's part is to start the ranks together and to end them together: when one task fails, it kills the Python
processes of the others, also those that hang inside a library. Data never passes through it.

A rank measures how long its phases take, for `Trial.ranks`; nothing else reads a clock here but waits.
"""

from __future__ import annotations

import importlib
import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import PredictionWriter
from strategies import _parquet, _spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial

LIMIT_S = 120  # how long a rank waits for another; shards are equal, so that ranks are never far apart
LONGEST_SENTENCE = 300  # characters
SLOT_LIMIT_S = 10.0  # how long to wait for executors to register


class RankError(RuntimeError):
    """A rank failed, and with it the whole stage."""


@dataclass
class Shared:
    """What ranks tell each other: ``own`` is one rank's, ``all`` is everybody's."""

    own: Any = None
    all: list[Any] = field(default_factory=list)


class Rank:
    """One of the processes that share the work, as the function that runs in it sees it.

    Attributes:
        index: Its number, from 0.
        world: How many there are.
        seconds: Seconds that its phases took, by name.
    """

    def __init__(self) -> None:
        """Ask Spark who this is; only inside a task of a barrier stage."""
        from pyspark import BarrierTaskContext

        self._context = BarrierTaskContext.get()
        self.index: int = self._context.partitionId()
        self.world = len(self._context.getTaskInfos())
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Name a stretch of this rank's time; one that comes twice is summed."""
        began = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began

    def meet(self) -> None:
        """Wait until every rank is here.

        Raises:
            RankError: One did not come within `LIMIT_S` seconds.
        """
        with _waiting():
            self._context.barrier()

    @contextmanager
    def together(self) -> Iterator[Shared]:
        """Leave the block well on all ranks or on none: nobody goes on to wait for one that could not.

        What a rank has put into ``shared.own`` by then is in every rank's ``shared.all``, in the order of the ranks.
        The wait counts as the phase ``rendezvous``. It takes a second at least, since Spark looks for the
        others' answers once a second only; so one such block does for loading and finding each other.

        Raises:
            RankError: A rank raised inside the block; the sentence says which and what. Or one did not come within
                `LIMIT_S` seconds.
        """
        shared, failure = Shared(), None
        try:
            yield shared
        except Exception as error:
            failure = error
        said = json.dumps({"own": shared.own, "failure": failure and _sentence(self.index, failure)})
        with self.phase("rendezvous"), _waiting():
            answers = [json.loads(answer) for answer in self._context.allGather(said)]
        if failures := [answer["failure"] for answer in answers if answer["failure"]]:
            raise RankError(failures[0]) from failure
        shared.all = [answer["own"] for answer in answers]

    def address(self) -> str:
        """Return this rank's IP address, the one that Spark reaches it by.

        Raises:
            RankError: Its host name leads to itself only, though ranks are on several hosts.
        """
        hosts = [info.address.rpartition(":")[0] or info.address for info in self._context.getTaskInfos()]
        address = socket.gethostbyname(hosts[self.index])
        if address.startswith("127.") and len(set(hosts)) > 1:
            raise RankError(f"Other hosts cannot reach {hosts[self.index]} at {address}: set SPARK_LOCAL_IP there.")
        return address


@contextmanager
def _waiting() -> Iterator[None]:
    """Say what it means that Spark closes the connection on which it was to say that all are here."""
    try:
        yield
    except EOFError as error:
        raise RankError(f"Not every rank came within {LIMIT_S} s: one hangs or is that much slower.") from error


def start(trial: Trial, *modules: str) -> SparkSession:
    """Start Spark for ranks of the trial's threads, see that there is room for all, and import modules in each.

    Args:
        trial: The trial.
        modules: What the ranks will need; a rank's first import is set-up, as it is in a single process.

    Raises:
        RankError: Spark has too few slots.
    """
    settings = {"spark.task.cpus": str(trial.threads_per_worker), "spark.barrier.sync.timeout": str(LIMIT_S)}
    spark = _spark.start(trial, settings)
    try:
        _check_slots(trial, spark)
        run(trial, spark, partial(_import, modules))
    except BaseException:
        _spark.stop(spark)
        raise
    return spark


def _check_slots(trial: Trial, spark: SparkSession) -> None:
    """Raise at once what Spark would say after minutes; executors of a cluster take seconds to register."""
    scala = spark.sparkContext._jsc.sc()
    profile = scala.resourceProfileManager().defaultResourceProfile()
    deadline = time.monotonic() + (0 if scala.isLocal() else SLOT_LIMIT_S)
    while (slots := scala.maxNumConcurrentTasks(profile)) < trial.workers:
        if time.monotonic() >= deadline:
            raise RankError(
                f"{trial.workers} workers of {trial.threads_per_worker} cores must run at once, and {trial.master} "
                f"has room for {slots}: lower --workers, or name a --master with more cores."
            )
        time.sleep(0.2)


def _import(modules: Sequence[str], rank: Rank, trial: Trial) -> None:
    with rank.phase("import"):
        for module in modules:
            importlib.import_module(module)


def run(trial: Trial, spark: SparkSession, function: Callable[[Rank, Trial], Any]) -> list[Any]:
    """Call ``function(rank, trial)`` on every rank, once, and return the results in the order of the ranks.

    Args:
        trial: Gives the number of ranks, and gets the phases that they measured.
        spark: The session, out of `start`.
        function: A function of a module's top level, or a `partial` of one; its result travels to the driver.

    Raises:
        RankError: A rank raised, died, or did not come within `LIMIT_S` seconds; the sentence is the rank's own.
    """
    from py4j.protocol import Py4JJavaError

    ranks = spark.sparkContext.parallelize(range(trial.workers), trial.workers).barrier()
    try:
        answers = ranks.mapPartitions(lambda _: [_execute(function, trial)]).collect()
    except Py4JJavaError as error:
        raise RankError(_reason(str(error))) from error
    for name in answers[0][0]:
        trial.ranks(name, [seconds[name] for seconds, _ in answers])
    return [value for _, value in answers]


def _execute(function: Callable[[Rank, Trial], Any], trial: Trial) -> tuple[dict[str, float], Any]:
    import pyarrow as pa

    pa.set_cpu_count(trial.threads_per_worker)
    pa.set_io_thread_count(trial.threads_per_worker)
    rank = Rank()
    try:
        value = function(rank, trial)
    except RankError:
        raise
    except Exception as error:
        raise RankError(_sentence(rank.index, error)) from error
    return rank.seconds, value


def _sentence(index: int, error: Exception) -> str:
    """Return a rank's error in a line; XGBoost's begin with where in its source they are, and then say what."""
    if isinstance(error, RankError):
        return f"Rank {index}: {error}"
    return f"Rank {index}: {type(error).__name__}: {' '.join(str(error).split())[:LONGEST_SENTENCE]}"


def _reason(text: str) -> str:
    """Return the one sentence inside what Spark says about a failed stage."""
    if found := re.search(r"RankError: (.+)", text):
        return found[1]
    if "Python worker exited unexpectedly" in text:
        return "The process of a rank died, and the others were ended: see the log; memory may have run out."
    return next((line for line in text.splitlines() if "Exception: " in line), text.partition("\n")[0]).strip()


def threads() -> dict[str, int]:
    """Return the threads that OpenMP and Arrow are set to in this process."""
    import pyarrow as pa
    from threadpoolctl import threadpool_info

    pools = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"]
    return {"openmp": max(pools), "arrow": pa.cpu_count(), "arrow_io": pa.io_thread_count()}


def read_shard(rank: Rank, trial: Trial) -> tuple[Any, Any]:
    """Read this rank's rows of the train split, as `_parquet.read_matrix` does; nobody else reads them."""
    mine = _parquet.shard(_parquet.row_groups(trial.dataset, "train"), rank.index, rank.world)
    return _parquet.read_matrix(trial.dataset, mine, trial.threads_per_worker)


def score(trial: Trial, spark: SparkSession, load: Callable[[int], Callable[[Any], Any]]) -> Path:
    """Score rows where they are read, a shard and a Parquet file for each rank, and return the directory.

    Args:
        trial: The trial.
        spark: The session, out of `start`.
        load: Takes a number of threads and returns what turns features into probabilities. It holds the model, which
            Spark broadcasts once if it is large.
    """
    path = trial.scratch / "predictions"
    path.mkdir()
    run(trial, spark, partial(_score, load, path))
    return path


def _score(load: Callable[[int], Callable[[Any], Any]], path: Path, rank: Rank, trial: Trial) -> None:
    predict = load(trial.threads_per_worker)
    with PredictionWriter(path / f"part-{rank.index:05}.parquet") as predictions:
        for split in trial.splits_to_score:
            mine = _parquet.shard(_parquet.row_groups(trial.dataset, split), rank.index, rank.world)
            for row_ids, features in _parquet.batches(trial.dataset, split, groups=mine):
                predictions.write(row_ids, predict(features))


def agreed(trial: Trial, answers: Sequence[dict[str, Any]]) -> Any:
    """Return the model that all ranks ended with, and leave what they report for the record.

    Args:
        trial: The trial.
        answers: Of each rank its ``digest`` of the model, ``rows`` that it trained on, ``threads`` by library, and of
            rank 0 the ``model``.

    Raises:
        RankError: Ranks ended with different models: they did not train together, whatever they returned.
    """
    trial.note("rows_per_rank", [answer["rows"] for answer in answers])
    trial.note("threads", [answer["threads"] for answer in answers])
    if len({answer["digest"] for answer in answers}) > 1:
        raise RankError("The ranks ended with different models, so they did not train together.")
    return answers[0]["model"]
