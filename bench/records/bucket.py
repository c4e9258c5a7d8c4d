"""Runs in an object store: one object for each record, so that nobody can write over what somebody else has measured.

An object store cannot append. So ``URI/RUN/`` holds ``run.json``, ``logs/``, ``report.html`` and, in place of a file of
records, ``records/MOMENT-TOKEN.json``: the name is used once, whoever writes at the same time. Beside that, a run is
written on this machine's disk as always; that copy goes when all of it is in the store, and stays when the store fails.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bench.errors import ResultsError, StorageError
from bench.model import Storage
from bench.records.directory import Record, RunDirectory
from bench.stores.filesystem import filesystem, normal, store_errors
from bench.stores.tree import Tree

# Whoever may write to the store says what an object is called, and not where on this machine its copy goes.
_LOG = re.compile(r"logs/(?!\.\.?$)[\w.-]+")


class Bucket:
    """Where runs are kept in a store.

    Attributes:
        uri: The prefix of all runs.
    """

    def __init__(self, uri: str, storage: Storage) -> None:
        """Open it; nothing is asked of the store yet.

        Args:
            uri: The prefix of all runs.
            storage: How to reach it.
        """
        self.uri, self._storage = normal(uri), storage
        self._filesystem, self._root = filesystem(self.uri, storage)

    def put(self, name: str, content: bytes) -> None:
        """Write one object, whole or not at all.

        Args:
            name: Its name under the prefix.
            content: What is to be in it.

        Raises:
            DatasetError: There is no such bucket, or it may not be written to.
            StorageError: The store cannot be reached.
        """
        with (
            store_errors(f"{self.uri}/{name}", self._storage),
            self._filesystem.open_output_stream(f"{self._root}/{name}") as output,
        ):
            output.write(content)

    def begin(self, directory: RunDirectory) -> None:
        """Put a run's ``run.json``, which makes it a run."""
        self.put(f"{directory.name}/run.json", (directory.path / "run.json").read_bytes())

    def keep(self, directory: RunDirectory, record: Record) -> None:
        """Put one record, and its log.

        Raises:
            StorageError: The store fails; the sentence says where on this machine the records are.
        """
        name = f"{record['started_at'].replace(':', '')}-{secrets.token_hex(4)}"
        with _upload_errors(directory):
            if record["log"]:
                self.put(f"{directory.name}/{record['log']}", (directory.path / record["log"]).read_bytes())
            self.put(f"{directory.name}/records/{name}.json", json.dumps(record).encode())

    def finish(self, directory: RunDirectory, report: Path) -> None:
        """Put a run's report.

        Raises:
            StorageError: The store fails; the sentence says where on this machine the records are.
        """
        with _upload_errors(directory):
            self.put(f"{directory.name}/{report.name}", report.read_bytes())

    @property
    def options(self) -> str:
        """The options by which another command reaches the same store, each after a space."""
        given = {"endpoint": self._storage.endpoint, "region": self._storage.region}
        return "".join(f" --{name} {value}" for name, value in given.items() if value)

    def runs(self) -> list[str]:
        """Return the names of the runs that lie here, oldest first."""
        found = [entry.path for entry in Tree(self.uri, self._storage).list()]
        return sorted({path.partition("/")[0] for path in found if path.endswith("/run.json")})

    def fetch(self, run: str, out: Path) -> Path:
        """Copy a run to this machine, in the form that all of `bench` reads, and return its directory.

        Args:
            run: Its name.
            out: Directory for it; a run of that name must not lie there.

        Raises:
            ResultsError: There is no such run, it is damaged, or it lies here already.
            StorageError: The store cannot be reached.
        """
        target = out / run
        if target.exists():
            raise ResultsError(f"{target} is there already: take it away, or give another --out.")
        tree = Tree(f"{self.uri}/{run}", self._storage)
        names = [entry.path for entry in tree.list()]
        if "run.json" not in names:
            raise ResultsError(f"{self.uri}/{run} holds no run (no run.json): `bench run --out {self.uri}` makes one.")
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{run}.", dir=out) as temporary:
            directory = RunDirectory(Path(temporary) / run)
            if (described := _parsed(tree.read("run.json"))) is None:
                raise ResultsError(f"{tree.uri('run.json')} is damaged: restore it, or run again.")
            directory.create(described)
            for name in filter(_LOG.fullmatch, names):
                (directory.path / name).write_bytes(tree.read(name))
            for name in sorted(name for name in names if name.startswith("records/")):
                if (record := _parsed(tree.read(name))) is None:
                    click.echo(f"{tree.uri(name)} is damaged, and counts as not run.", err=True)
                else:
                    directory.append(record)
            directory.path.rename(target)
        return target


def _parsed(content: bytes) -> Record | None:
    """Return what an object holds; none of one whose writer was cut off."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def _upload_errors(directory: RunDirectory) -> Iterator[None]:
    """Say of a store that fails where on this machine the records are."""
    try:
        yield
    except Exception as error:
        raise StorageError(f"{error} What was measured is kept in {directory.path}.") from error


def split(uri: str) -> tuple[str, str]:
    """Return the prefix and the name of a run out of its URI."""
    prefix, _, run = normal(uri).rpartition("/")
    return prefix, run


@contextmanager
def make_local_directory() -> Iterator[Path]:
    """Give a directory of this machine for a run that is kept in a store.

    It goes with the block, unless that fails or is interrupted and there are records in it.
    """
    directory = Path(tempfile.mkdtemp(prefix="bench-run-"))
    try:
        yield directory
    except BaseException as error:
        if not any(directory.glob("*/records.jsonl")):
            shutil.rmtree(directory)
        elif not isinstance(error, StorageError):  # which says it itself
            click.echo(f"What was measured is kept in {directory}.", err=True)
        raise
    shutil.rmtree(directory)
