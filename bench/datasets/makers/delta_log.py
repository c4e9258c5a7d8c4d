"""Reads the log of a Delta table by delta-rs: which files one version of it has, with which values of partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from bench.datasets.makers.input_errors import source_errors
from bench.errors import DatasetError, UsageError
from bench.model import Storage
from bench.stores.filesystem import SECONDS_OF_SILENCE, SECONDS_TO_CONNECT, is_uri

LOG = "_delta_log"
# What a table may ask of its readers, and what is honoured here or asks nothing of who only lists files. Column mapping
# and deletion vectors may be allowed and not used.
_FEATURES = {"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"}
_REWRITE = "write its present rows as another table, such as with Spark"


@dataclass(frozen=True)
class DeltaVersion:
    """One version of a Delta table.

    Attributes:
        number: Its number.
        schema: The columns, those of partitions among them.
        partitions: Columns whose values stand in the log and not in the files.
        files: Paths of its files, as the filesystem knows them, and the values of their partitions.
    """

    number: int
    schema: pa.Schema
    partitions: tuple[str, ...]
    files: Mapping[str, Mapping[str, Any]]

    def fragments(self, opened: fs.FileSystem) -> list[ds.FileFragment]:
        """Return the files, sorted by path; opens none.

        Args:
            opened: The filesystem.
        """
        form = ds.ParquetFileFormat()
        return [
            form.make_fragment(path, filesystem=opened, partition_expression=self._expression(self.files[path]))
            for path in sorted(self.files)
        ]

    def _expression(self, values: Mapping[str, Any]) -> ds.Expression | None:
        found = None
        for name in self.partitions:
            value = pa.scalar(values[name], self.schema.field(name).type)
            one = ds.field(name) == value if value.is_valid else ds.field(name).is_null()
            found = one if found is None else found & one
        return found


def has_log(opened: fs.FileSystem, base: str) -> bool:
    """Return whether a place is the directory of a Delta table.

    Args:
        opened: The filesystem.
        base: The place, as the filesystem knows it.
    """
    return bool(opened.get_file_info(f"{base}/{LOG}").type == fs.FileType.Directory)


def read_log(opened: fs.FileSystem, base: str, path: str, storage: Storage, number: int | None) -> DeltaVersion:
    """Return a version of a Delta table.

    Args:
        opened: The filesystem.
        base: The table's directory, as the filesystem knows it.
        path: The table's path or URI.
        storage: How it is reached.
        number: Number of the version; the newest if None.

    Raises:
        UsageError: delta-rs is not installed, or there is no such version.
        DatasetError: The log is damaged, asks of readers what cannot be done here, or names a file that is gone.
        StorageError: The store that holds it does not answer.
    """
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError
    except ImportError as error:
        raise UsageError(
            f"{path} is a Delta table: install what reads its log with `pip install 'tf-spark-bench[delta]'`."
        ) from error
    try:
        table = DeltaTable(path.replace("gcs://", "gs://"), storage_options=_options(path, storage))
        newest = table.version()
        if number is not None and number > newest:
            raise UsageError(f"There is no version {number} of the Delta table {path}: {newest} is the newest.")
        if number is not None:
            table.load_as_version(number)
        _check_features(table, path)
        entries = pa.table(table.get_add_actions(flatten=True))
    except (DeltaError, OSError) as error:
        cause = " ".join(str(error).split()).rstrip(".")[:200]
        version = "" if number is None else f", or take another --version than {number}"
        raise DatasetError(
            f"The log of the Delta table {path} cannot be read ({cause}): {_REWRITE}{version}."
        ) from error
    partitions = tuple(table.metadata().partition_columns)
    columns = [entries[f"partition.{name}"].to_pylist() for name in partitions]
    values = list(zip(*columns, strict=True)) if partitions else [()] * len(entries)
    files = {
        f"{base}/{unquote(name)}": dict(zip(partitions, row, strict=True))
        for name, row in zip(entries["path"].to_pylist(), values, strict=True)
    }
    _check_present(opened, path, storage, list(files), f"version {table.version()}; version {newest} is the newest")
    return DeltaVersion(table.version(), pa.schema(table.schema()), partitions, files)


def _options(path: str, storage: Storage) -> dict[str, str] | None:
    """Return delta-rs's options for a store; it finds credentials by the standard chains itself."""
    if not is_uri(path):
        return None
    options = {
        "connect_timeout": f"{SECONDS_TO_CONNECT:g}s",
        "timeout": f"{SECONDS_OF_SILENCE:g}s",
        "max_retries": "2",
    }
    if path.startswith("s3://"):
        options["aws_region"] = storage.region or "us-east-1"
        options["aws_skip_signature"] = str(storage.anonymous).lower()
        if storage.endpoint:
            options |= {"aws_endpoint": storage.endpoint, "aws_allow_http": "true"}
    return options


def _check_features(table: Any, path: str) -> None:
    """See that the table's files are its rows, under the names of its columns."""
    asked = set(table.protocol().reader_features or ())
    if others := asked - _FEATURES:
        raise DatasetError(
            f"The Delta table {path} asks of its readers {', '.join(sorted(others))}, which cannot be done here: "
            f"{_REWRITE}."
        )
    mapping = table.metadata().configuration.get("delta.columnMapping.mode", "none")
    if mapping != "none":
        raise DatasetError(
            f"The Delta table {path} maps its columns to other names in its files (column mapping by {mapping}), which "
            f"is not read here: {_REWRITE}."
        )
    if "deletionVectors" in asked and next(iter(table.deletion_vectors()), None) is not None:
        raise DatasetError(
            f"The Delta table {path} has deletion vectors, which mark rows of its files as deleted and are not read "
            "here: purge them, such as with REORG TABLE … APPLY (PURGE), or take a --version without any."
        )


def _check_present(opened: fs.FileSystem, path: str, storage: Storage, files: Sequence[str], version: str) -> None:
    with source_errors(path, storage, path):
        gone = [info.path for info in opened.get_file_info(list(files)) if not info.is_file]
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        raise DatasetError(
            f"The file {gone[0]}{more} of the Delta table {path} is gone, as after a vacuum, and belongs to {version}: "
            "give a --version whose files are there."
        )
