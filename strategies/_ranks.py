"""What all strategies with several workers share, whoever starts them: waits, threads, a clock, agreement.

A rank is one of the processes that share a trial's work.
"""

from __future__ import annotations

import faulthandler
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench import traffic

if TYPE_CHECKING:
    from bench import Trial
    from bench.keys import Keys

SECONDS_TO_START = 60  # for all ranks to meet
SECONDS_TO_WAIT = 120  # for another rank: shards are equal, so that ranks are never far apart
LONGEST_SENTENCE = 300  # characters
MOST_CAUSES = 20
SPARK_FAILED = "A job of Spark failed"


class RankError(RuntimeError):
    """A rank failed, and with it the trial."""


class Laps:
    """A rank's clock: a lap is named when it ends, and the next one begins.

    Attributes:
        seconds: Seconds of each lap, by name; laps of one name are summed.
    """

    def __init__(self, called_at: float) -> None:
        """Start with the lap ``launch``, which began on the driver.

        Args:
            called_at: Moment of the driver's call, seconds since the epoch; on a cluster as good as its clocks agree.
        """
        self.seconds = {"launch": time.time() - called_at}
        self._began = time.monotonic()

    def end(self, name: str) -> None:
        """End the lap ``name``."""
        now = time.monotonic()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._began
        self._began = now


@dataclass(frozen=True)
class Report:
    """What a rank tells the driver at its end.

    Attributes:
        seconds: Seconds of each of its laps, by name.
        digest: SHA-256 of its model.
        rows: Rows that it read.
        threads: Threads that each library is set to, as read back in the rank.
        facts: What else is true of all ranks, for the record's notes.
        model: The model, from rank 0 only.
    """

    seconds: Mapping[str, float]
    digest: str
    rows: int
    threads: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)
    model: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What a rank's function returned, and what it asked of an object store meanwhile.

    Attributes:
        value: What it returned.
        requests: Requests that it made.
        bytes: Bytes of objects that came.
    """

    value: Any
    requests: int
    bytes: int


def with_keys(held: Keys, function: Callable[..., Any], *arguments: Any, **named: Any) -> Answer:
    """Call a rank's function where it runs, able to read the dataset; see `observed`.

    Args:
        held: The driver's keys.
        function: The function.
        arguments: Its arguments.
        named: More of them.
    """
    held.use()
    return observed(function, *arguments, **named)


def observed(function: Callable[..., Any], *arguments: Any, **named: Any) -> Answer:
    """Call a rank's function where it runs, and count what it asks for."""
    traffic.own.taken()
    value = function(*arguments, **named)
    return Answer(value, *traffic.own.taken())


def counted(answer: Answer) -> Any:
    """Return a rank's value on the driver, and add what it asked for to what this process did."""
    traffic.own.add(answer.requests, answer.bytes)
    return answer.value


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of a model's bytes."""
    return hashlib.sha256(b"".join(parts)).hexdigest()


def threads() -> dict[str, int]:
    """Return the threads that Arrow and OpenMP are set to in this process, read back from each."""
    import pyarrow as pa
    from threadpoolctl import threadpool_info

    pools = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"]
    openmp = max(pools) if pools else int(os.environ["OMP_NUM_THREADS"])
    return {"openmp": openmp, "arrow": pa.cpu_count(), "arrow_io": pa.io_thread_count()}


def set_threads(number: int) -> None:
    """Give Arrow and OpenMP so many threads in this process; before a library with OpenMP is imported."""
    import pyarrow as pa

    pa.set_cpu_count(number)
    pa.set_io_thread_count(number)
    os.environ["OMP_NUM_THREADS"] = str(number)


def agreed(trial: Trial, reports: Sequence[Report]) -> Any:
    """Leave for the record what the ranks report, make sure that they agree, and return their model.

    Args:
        trial: The trial.
        reports: Of all ranks, in their order.

    Raises:
        RankError: Ranks ended with different models: they did not train together, whatever they returned.
    """
    for name in reports[0].seconds:
        trial.ranks(name, [report.seconds[name] for report in reports])
    trial.note("rows_per_rank", [report.rows for report in reports])
    trial.note("threads_per_rank", [dict(report.threads) for report in reports])
    for name, value in reports[0].facts.items():
        trial.note(name, value)
    if len({report.digest for report in reports}) > 1:
        raise RankError("The ranks ended with different models, so they did not train together.")
    return reports[0].model


@contextmanager
def watchdog() -> Iterator[Callable[[], None]]:
    """End this process, with a dump of its stacks, when it is silent for too long: so one rank that waits ends all.

    Yields:
        What to call to say that work goes on.
    """

    def alive() -> None:
        faulthandler.dump_traceback_later(SECONDS_TO_WAIT, exit=True)

    alive()
    try:
        yield alive
    finally:
        faulthandler.cancel_dump_traceback_later()


@contextmanager
def meeting() -> Iterator[None]:
    """Say of Spark's barrier what it means that Spark closes the connection on which it was to say that all are here.

    Raises:
        RankError: A rank did not come in time.
    """
    try:
        yield
    except EOFError as error:
        raise RankError(f"Not every rank came within {SECONDS_TO_WAIT} s: one hangs or is that much slower.") from error


@contextmanager
def named(rank: int) -> Iterator[None]:
    """Say of an error which rank it comes from, in one line.

    Raises:
        RankError: The block raised anything.
    """
    try:
        yield
    except RankError:
        raise
    except Exception as error:
        raise RankError(sentence(rank, error)) from error


def sentence(rank: int, error: Exception) -> str:
    """Return a rank's error in a line; some begin with where in a source they are, and then say what."""
    if isinstance(error, RankError):
        return f"Rank {rank}: {error}"
    return f"Rank {rank}: {type(error).__name__}: {' '.join(str(error).split())[:LONGEST_SENTENCE]}"


@contextmanager
def explained(failed: str = "A rank failed") -> Iterator[None]:
    """Say in one sentence what Spark says in pages about a job that failed.

    Args:
        failed: What to call it where the sentence has nothing better to begin with.

    Raises:
        RankError: The job failed; the sentence is that of the Python worker that failed, if it could say one.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors.exceptions.captured import CapturedException

    try:
        yield
    except Py4JJavaError as error:
        raise RankError(_reason(_told(error.java_exception), failed)) from error
    except CapturedException as error:
        raise RankError(_reason(str(error), failed)) from error


def _told(failure: Any) -> str:
    """Return what an exception of the JVM says, and below it what its causes do, the root cause last."""
    said: list[str] = []
    while failure is not None and len(said) < MOST_CAUSES:
        said.append(str(failure.toString()))
        failure = failure.getCause()
    return "\n".join(said)


def _reason(text: str, failed: str) -> str:
    # Of a chain of Python's exceptions, the last one is what was raised in the end.
    if own := re.findall(r"(?:RankError|DatasetError|StorageError): (.+)", text):
        return str(own[-1])
    if "Python worker exited unexpectedly" in text:
        return (
            "The process of a rank died, and the others were ended: memory may have run out, or it had waited for "
            f"{SECONDS_TO_WAIT} s, after which it ends itself with a dump of its stacks in the log."
        )
    if found := re.search(r"ExecutorLostFailure \(executor \S+ exited [^)]*\) Reason: (.+)", text):
        return f"An executor was lost, and with it the job: {found[1].strip().rstrip('.')}."
    if found := re.search(r"different version: (\S+) than that in driver: (\d+\.\d+)", text):
        return f"The executors run Python {found[1]} and the driver {found[2]}: use one environment on all hosts."
    causes = re.findall(r"^(?!.*PythonException)[\w.]+(?:Error|Exception): .+", text, re.MULTILINE)
    cause = causes[-1] if causes else text.partition("\n")[0]
    return f"{failed}: {cause[:LONGEST_SENTENCE].strip().rstrip('.')}."
