"""Writes and reads the results of a run: ``run.json``, ``records.jsonl``, ``logs/``.

Schema versions of a record, newest last:

1. The first.
2. Any task, kind of problem and grade: a trial has ``problem``; ``measures``, numbers that a strategy left for figures,
   are no longer notes; no figure is negative.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import scrub
from bench.errors import ResultsError
from bench.parsing import json_value
from bench.records import schema

SCHEMA = 2

Record = dict[str, Any]


def validate(record: Record) -> None:
    """Check a record against the schema of its version.

    Raises:
        ResultsError: It is from a newer version, or does not fit.
    """
    schema.check(record, "record", SCHEMA, "These results have")


@dataclass(frozen=True)
class RunDirectory:
    """The directory of one run.

    Attributes:
        path: Path of the directory.
    """

    path: Path

    @property
    def name(self) -> str:
        """The run's name, which is its directory's, also where that is the working directory."""
        return os.path.basename(os.path.abspath(self.path))

    @property
    def logs(self) -> Path:
        """The directory of the trials' logs."""
        return self.path / "logs"

    @property
    def _records(self) -> Path:
        return self.path / "records.jsonl"

    def create(self, run: dict[str, Any]) -> None:
        """Make the directory with its ``run.json``, whole or not at all.

        Args:
            run: The request, the environment, the dataset's manifest and the plan.

        Raises:
            ResultsError: It cannot be written.
        """
        unfinished = self.path / ".run.json"
        made = False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.mkdir()
            made = True
            self.logs.mkdir()
            unfinished.write_text(json.dumps(run, indent=1) + "\n")
            unfinished.replace(self.path / "run.json")
        except OSError as error:
            if made:
                # By name: a disk that is broken may not list what is in a directory.
                for remove in (unfinished.unlink, self.logs.rmdir, self.path.rmdir):
                    with suppress(OSError):
                        remove()
            raise ResultsError(
                f"Cannot write results to {self.path}: {error.strerror}: choose another --out."
            ) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the run for this process, so that no other one runs its trials, too; the lock ends with the process.

        Raises:
            ResultsError: Another process holds it.
        """
        with ExitStack() as opened:
            # What cannot be opened has no run, or is not to be written to: whoever reads or appends says so.
            with suppress(OSError):
                descriptor = os.open(self.path / "run.json", os.O_RDWR | os.O_CLOEXEC)
                opened.callback(os.close, descriptor)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise ResultsError(
                        f"Another `bench run` works on {self.path}: wait until it has ended, or end it."
                    ) from error
            yield

    def append(self, record: Record) -> None:
        """Append one record, in one write, and flush it to disk.

        Raises:
            ResultsError: It does not fit its schema, or cannot be written.
        """
        validate(record)
        line = (json.dumps(record, allow_nan=False) + "\n").encode()
        try:
            descriptor = os.open(self._records, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                _cut_torn_line(descriptor)
                _write_whole(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise ResultsError(f"Cannot append to {self._records}: {error.strerror}: make room and resume.") from error


def _cut_torn_line(descriptor: int) -> None:
    """Remove the last line if a crash cut its writer off."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        whole = os.pread(descriptor, size, 0).rpartition(b"\n")
        os.ftruncate(descriptor, len(whole[0]) + len(whole[1]))


def _write_whole(descriptor: int, line: bytes) -> None:
    size = os.fstat(descriptor).st_size
    if os.write(descriptor, line) != len(line):
        os.ftruncate(descriptor, size)
        raise OSError(28, "No space left on device")


@dataclass(frozen=True)
class Run:
    """A run, as it was read.

    Attributes:
        directory: Its directory.
        run: The content of ``run.json``.
        records: The records, in the order in which they were made.
        warnings: A sentence for each fault of its files.
    """

    directory: RunDirectory
    run: dict[str, Any]
    records: list[Record]
    warnings: list[str] = field(default_factory=list)


def read_run(path: Path) -> Run:
    """Read a run, and take out credentials that an older bench may have left in it.

    Args:
        path: The run's directory.

    Raises:
        ResultsError: There is none, it is damaged, or it is from a newer version.
    """
    try:
        run = json_value(scrub.spelled((path / "run.json").read_text()))
    except FileNotFoundError as error:
        raise ResultsError(f"{path} holds no run (no run.json): `bench run` makes one.") from error
    except OSError as error:
        raise ResultsError(f"{path} is no run that can be read ({error.strerror}): give a run's directory.") from error
    except ValueError as error:
        raise ResultsError(f"{path / 'run.json'} is damaged ({error}): restore it, or run again.") from error
    directory = RunDirectory(path)
    records, warnings = _read_records(path / "records.jsonl")
    # A directory may have been renamed since: trials of two runs are told apart by the name, and logs are found by it.
    records = [{**record, "run": directory.name} for record in records]
    return Run(directory, run, records, warnings)


def _read_records(path: Path) -> tuple[list[Record], list[str]]:
    if not path.exists():
        return [], []
    *lines, torn = path.read_bytes().split(b"\n")
    records = []
    for number, line in enumerate(lines, 1):
        try:
            record = json_value(scrub.spelled(line.decode()))
        except ValueError as error:
            raise ResultsError(f"Line {number} of {path} is damaged: take that line away to read the rest.") from error
        validate(record)
        records.append(record)
    warnings = [f"The last line of {path} was cut off in mid-write; that trial counts as not run."] if torn else []
    return records, warnings


def latest(out: Path) -> Path:
    """Return the directory of the newest run under ``out``.

    Raises:
        ResultsError: There is none.
    """
    runs = sorted(found.parent for found in out.glob("*/run.json")) if out.is_dir() else []
    if not runs:
        raise ResultsError(f"There is no run in {out}: `bench run` makes one.")
    return max(runs, key=lambda run: run.name)
