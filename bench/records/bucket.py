"""Runs in an object store: one object for each record, so that no process can overwrite the record of another.

An object store cannot append. So ``URI/RUN/`` holds ``run.json``, ``logs/``, ``report.html`` and, in place of a file of
records, ``records/MOMENT-TOKEN.json``: no two writers choose the same name. A run is also written to this machine's
disk, as always; that copy is removed once all of it is in the store, and stays if the store fails.
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
from bench.parsing import json_value
from bench.records.directory import Record, RunDirectory
from bench.stores.filesystem import filesystem, normal, store_errors
from bench.stores.tree import Tree

# The names of objects come from other writers: they must not choose a path on this machine.
_LOG = re.compile(r"logs/(?!\.\.?$)[\w.-]+")


class Bucket:
    """The runs under a prefix of an object store.

    Attributes:
        uri: The prefix of all runs.
    """

    def __init__(self, uri: str, storage: Storage) -> None:
        """Remember the store; no request is made yet.

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
            content: Its content.

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
        """Upload a run's ``run.json``, which marks it as a run."""
        self.put(f"{directory.name}/run.json", (directory.path / "run.json").read_bytes())

    def keep(self, directory: RunDirectory, record: Record) -> None:
        """Upload one record and its log.

        Raises:
            StorageError: The store fails; the sentence says where on this machine the records are.
        """
        name = f"{record['started_at'].replace(':', '')}-{secrets.token_hex(4)}"
        with _upload_errors(directory):
            if record["log"]:
                self.put(f"{directory.name}/{record['log']}", (directory.path / record["log"]).read_bytes())
            self.put(f"{directory.name}/records/{name}.json", json.dumps(record).encode())

    def finish(self, directory: RunDirectory, report: Path) -> None:
        """Upload a run's report.

        Raises:
            StorageError: The store fails; the sentence says where on this machine the records are.
        """
        with _upload_errors(directory):
            self.put(f"{directory.name}/{report.name}", report.read_bytes())

    @property
    def options(self) -> str:
        """The options with which another command reaches the same store, each after a space."""
        given = {"endpoint": self._storage.endpoint, "region": self._storage.region}
        return "".join(f" --{name} {value}" for name, value in given.items() if value)

    def runs(self) -> list[str]:
        """Return the names of the runs in the store, oldest first."""
        found = [entry.path for entry in Tree(self.uri, self._storage).list()]
        return sorted({path.partition("/")[0] for path in found if path.endswith("/run.json")})

    def fetch(self, run: str, out: Path) -> Path:
        """Copy a run to this machine, in the form of a local run, and return its directory.

        Args:
            run: Its name.
            out: Directory for it, without a run of that name.

        Raises:
            ResultsError: There is no such run, it is damaged, or it is on this machine already.
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
    """Return the record in an object; None where its writer was cut off."""
    try:
        found = json_value(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def _upload_errors(directory: RunDirectory) -> Iterator[None]:
    """Add the place of the records on this machine to the sentence about a store that fails."""
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
    """Make a directory on this machine for a run that goes to a store.

    It is removed after the block, unless the block fails or is interrupted and there are records in it.
    """
    directory = Path(tempfile.mkdtemp(prefix="bench-run-"))
    try:
        yield directory
    except BaseException as error:
        if _is_removed_without_records(directory):
            raise
        if not isinstance(error, StorageError):  # its sentence names the directory
            click.echo(f"What was measured is kept in {directory}.", err=True)
        raise
    shutil.rmtree(directory)


def _is_removed_without_records(directory: Path) -> bool:
    """Remove a directory without records, or say that it could not be removed; return whether there were none."""
    try:
        if any(directory.glob("*/records.jsonl")):
            return False
        shutil.rmtree(directory)
    except OSError as error:
        click.echo(f"{directory} could not be removed ({error.strerror}): remove it.", err=True)
    return True
