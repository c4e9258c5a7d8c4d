"""Turns the errors of Spark's jobs into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from strategies.lib.ranks import watchdog
from strategies.lib.ranks.errors import LONGEST_SENTENCE, RankError

MOST_CAUSES = 20
SPARK_FAILED = "A job of Spark failed"
FULL = "No space left on device"


@contextmanager
def barrier_errors() -> Iterator[None]:
    """Turn the EOFError that Spark's barrier raises after its time-out into a sentence.

    Raises:
        RankError: A rank did not come in time.
    """
    try:
        yield
    except EOFError as error:
        raise RankError(
            f"Not every rank came within {watchdog.SECONDS_TO_WAIT} s: one hangs or is that much slower."
        ) from error


@contextmanager
def spark_errors(failed: str = "A rank failed") -> Iterator[None]:
    """Turn Spark's account of a failed job, which takes pages, into one sentence.

    Args:
        failed: Beginning of the sentence where Spark only tells a cause.

    Raises:
        RankError: The job failed; the sentence is that of the Python worker that failed, if it could say one.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors.exceptions.captured import CapturedException

    try:
        yield
    except Py4JJavaError as error:
        raise RankError(_reason(_chain(error.java_exception), failed)) from error
    except CapturedException as error:
        raise RankError(_reason(str(error), failed)) from error


@contextmanager
def start_errors() -> Iterator[None]:
    """Turn any error of Spark's start into one sentence: of its JVM, or of the way to it where that has ended.

    Raises:
        RankError: Spark did not start.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        with spark_errors("Spark did not start"):
            yield
    except (OSError, Py4JError, PySparkException) as error:
        raise RankError("Spark did not start, because its JVM ended at once: the log has its last words.") from error


def _chain(failure: Any) -> str:
    """Return the text of an exception of the JVM and, below it, of its causes, the root cause last."""
    said: list[str] = []
    while failure is not None and len(said) < MOST_CAUSES:
        said.append(str(failure.toString()))
        failure = failure.getCause()
    return "\n".join(said)


def _reason(text: str, failed: str) -> str:
    # Of a chain of Python's exceptions, the last one was raised in the end.
    if own := re.findall(r"(?:RankError|DatasetError|StorageError): (.+)", text):
        return str(own[-1])
    if FULL in text:
        return (
            "A disk that holds Spark's files is full: make room there, or let TMPDIR here, or SPARK_LOCAL_DIRS on the "
            "hosts of a cluster, name a directory on another."
        )
    if found := re.search(r"Total size of serialized results .* is bigger than (\S+) \(([^)]+)\)", text):
        return (
            f"All rows in the driver take more than {found[1]} allows, {found[2]}: raise it by --spark-conf "
            f"{found[1]}=8g, or hand over by files or in ranks."
        )
    if "Python worker exited unexpectedly" in text or "TorchDistributor failed during training" in text:
        return (
            "The process of a rank died, and the others were ended: memory may have run out, or it had waited for "
            f"{watchdog.SECONDS_TO_WAIT} s, after which it ends itself with a dump of its stacks in the log."
        )
    if found := re.search(r"ExecutorLostFailure \(executor \S+ exited [^)]*\) Reason: (.+)", text):
        return f"An executor was lost, and with it the job: {found[1].strip().rstrip('.')}."
    if found := re.search(r"different version: (\S+) than that in driver: (\d+\.\d+)", text):
        return f"The executors run Python {found[1]} and the driver {found[2]}: use one environment on all hosts."
    if found := re.search(r"UnsatisfiedLinkError: (/\S*)/[^/:\s]+: .*failed to map segment", text):
        return (
            f"Spark cannot load a library of its own in {found[1]}, where no program may run (mounted noexec): let "
            "TMPDIR name another directory."
        )
    causes = re.findall(r"^(?!.*PythonException)[\w.]+(?:Error|Exception): .+", text, re.MULTILINE)
    cause = causes[-1] if causes else text.partition("\n")[0]
    return f"{failed}: {cause[:LONGEST_SENTENCE].strip().rstrip('.')}."
