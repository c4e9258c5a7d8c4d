"""Makers of datasets that are killed in the middle: forks of a program that has read all modules, and has no threads.

Each line of standard input is what `make_and_die` takes, as JSON; the answer is a line with the exit code.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.synthetic import make_synthetic

# What changes a directory, as Python announces it before it is done.
CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir"}
MOST_CHANGES = 24  # of one maker: it makes a dataset and takes away the one before it

Progress = Callable[[str, int, int], None]
Kill = Callable[[Path, str, int, str, int], int]


def _ignore(_what: str, _done: int, _total: int) -> None:
    """Take a report of progress."""


def make(place: Path, maker: str, seed: int, name: str, *, force: bool = False, progress: Progress = _ignore) -> None:
    """Make a dataset of 40 rows in a directory of datasets.

    Args:
        place: The directory.
        maker: ``synthetic``, or ``import`` of a table of its own.
        seed: Each gives another content.
        name: The dataset's name.
        force: Whether it replaces one.
        progress: Called in the middle.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(place))
        if maker == "synthetic":
            make_synthetic(40, 2, seed=seed, name=name, force=force, progress=progress)
            return
        numbers = np.random.default_rng(seed).normal(size=40)
        table = place.parent / f"table-{seed}.parquet"
        if not table.exists():
            pq.write_table(pa.table({"x": numbers, "label": np.arange(40) % 2}), table)
        import_parquet(str(table), "label", name=name, force=force, progress=progress)


def make_and_die(place: str, maker: str, seed: int, name: str, changes: int) -> None:
    """Begin to replace a dataset, and be killed before the next change of a directory after so many."""
    left = changes

    def count(event: str, _arguments: object) -> None:
        nonlocal left
        left -= event in CHANGES
        if left < 0:
            signal.raise_signal(signal.SIGKILL)  # unlike `os.kill`, without a next announcement

    sys.addaudithook(count)
    make(Path(place), maker, seed, name, force=True)


@contextmanager
def victims() -> Iterator[Kill]:
    """Give a function that has `make_and_die` called in a process of its own, and returns its exit code."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None

        def kill(place: Path, maker: str, seed: int, name: str, changes: int) -> int:
            print(json.dumps([str(place), maker, seed, name, changes]), file=program.stdin, flush=True)
            return int(program.stdout.readline())

        yield kill


def main() -> None:
    """Fork for each line."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            make_and_die(*json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
