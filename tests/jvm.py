"""Options of the JVMs that tests start, which live for seconds: less work that only a long life repays."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FRUGAL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a trial took 4 to 25 % less time
TESTS_FOR_AN_ARCHIVE = 40  # of those that start Spark: an archive takes as much time as ten trials save


@contextmanager
def short_lived(directory: Path, tests: int) -> Iterator[None]:
    """Set up the JVMs of tests for as long as the block runs: their compiler, and an archive of Spark's classes.

    Args:
        directory: Directory of all processes that run tests; one of them makes the archive there.
        tests: Number of the tests that may start Spark.
    """
    archive = directory / "spark.jsa"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", FRUGAL)
        # A JVM for which there is no such file does without.
        patch.setenv("SPARK_SUBMIT_OPTS", f"-XX:SharedArchiveFile={archive}")
        if tests < TESTS_FOR_AN_ARCHIVE:
            yield
            return
        with _in_the_making(archive):
            yield


@contextmanager
def _in_the_making(archive: Path) -> Iterator[None]:
    """Let one of the processes that run tests make an archive of Spark's classes, while they go on without it."""
    try:
        archive.with_suffix(".claimed").touch(exist_ok=False)
    except FileExistsError:
        yield
        return
    command = [sys.executable, Path(__file__).parent / "strategies" / "archive_spark.py", archive]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield
        process.send_signal(signal.SIGINT)  # if it still runs; it ends its trial
    archive.unlink(missing_ok=True)  # 200 MB
