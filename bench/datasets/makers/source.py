"""A user's own Parquet as one stream of batches: file, directory, Hive partitions or URI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from bench.datasets.format.reading import file_errors
from bench.errors import DatasetError
from bench.model import Storage
from bench.stores.filesystem import filesystem, store_errors

ADVICE = "have it written again, or leave it out of what is imported"
_ENDINGS = (".parquet", ".parq", ".pq")
_BATCH_ROWS = 65_536
# Each column's pages come through a buffer of this many bytes, because a user's row group may be as large as the file.
_BUFFER_BYTES = 2**18


@dataclass(frozen=True)
class ParquetSource:
    """The input's files.

    Attributes:
        path: Its path or URI.
        storage: How to reach it, if it is a URI.
        files: One fragment per file, in the order of their paths.
        schema: The columns, with types that hold those of all files; partitions are columns, too.
        partitions: Columns that come from the names of directories.
        rows: Rows in all files, from their footers.
    """

    path: str
    storage: Storage
    files: tuple[ds.ParquetFileFragment, ...]
    schema: pa.Schema
    partitions: frozenset[str]
    rows: int

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Read columns of all files in portions, each with the name of its file.

        Raises:
            DatasetError: A file is damaged, lacks a column or has been removed.
            StorageError: The store that holds it does not answer.
        """
        for file in self.files:
            partitions = ds.get_partition_keys(file.partition_expression)
            physical = [column for column in columns if column not in self.partitions]
            for column in set(physical) - set(file.physical_schema.names):
                raise DatasetError(
                    f"The file {file.path} has no column {column!r}, which other files have: leave the column out "
                    "with --features, or the file out of what is imported."
                )
            for batch in self._read(file, physical):
                arrays = [
                    pa.repeat(pa.scalar(partitions.get(column), self.schema.field(column).type), len(batch))
                    if column in self.partitions
                    else batch[column]
                    for column in columns
                ]
                yield file.path, pa.RecordBatch.from_arrays(arrays, list(columns))

    def _read(self, file: ds.ParquetFileFragment, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        # Not the fragment's own scanner, which holds a whole row group.
        with _source_errors(self.path, self.storage, file.path), file.filesystem.open_input_file(file.path) as opened:
            reader = pq.ParquetFile(
                opened,
                metadata=file.metadata,
                buffer_size=_BUFFER_BYTES,
                pre_buffer=False,
                page_checksum_verification=True,
            )
            yield from reader.iter_batches(_BATCH_ROWS, columns=list(columns))


def open_source(path: str, storage: Storage) -> ParquetSource:
    """Find the Parquet files at a path or URI and read their footers.

    Args:
        path: A file, a directory, a directory with Hive partitions, or a URI of one, as
            `bench.stores.filesystem.normal` writes it.
        storage: How to reach it, if it is a URI.

    Raises:
        DatasetError: There is no Parquet file, or one is damaged or unlike the others.
        StorageError: The store that holds them does not answer.
    """
    with store_errors(path, storage):
        opened, base = filesystem(path, storage)
    found = _listed(opened, base, path, storage)
    # The first footer is read here, since an error of `ds.dataset` would not name the file.
    with _source_errors(path, storage, found[0].path):
        pq.read_schema(found[0].path, filesystem=opened)
        dataset = ds.dataset(found, filesystem=opened, format="parquet", partitioning="hive", partition_base_dir=base)
        files = tuple(sorted(dataset.get_fragments(), key=lambda file: file.path))
    schema, rows = files[0].physical_schema, 0
    for file in files:
        with _source_errors(path, storage, file.path):
            schema = _united(schema, file)
            rows += file.metadata.num_rows
    partitions = [field for field in dataset.schema if field.name not in schema.names]
    names = frozenset(field.name for field in partitions)
    return ParquetSource(path, storage, files, pa.schema([*schema, *partitions]), names, rows)


@contextmanager
def _source_errors(path: str, storage: Storage, file: str) -> Iterator[None]:
    with file_errors(file, ADVICE), store_errors(path, storage, parsed=True):
        yield


def _listed(opened: fs.FileSystem, base: str, path: str, storage: Storage) -> list[fs.FileInfo]:
    with _source_errors(path, storage, path):
        found = opened.get_file_info(base)
        if found.type == fs.FileType.NotFound:
            raise DatasetError(f"There is nothing at {path}: give the path or URI of a Parquet file or directory.")
        if found.is_file:
            return [found]
        inside = opened.get_file_info(fs.FileSelector(base, recursive=True))
    # As Spark and pyarrow do: a name that starts with a dot or an underscore is no data.
    files = [file for file in inside if file.is_file and not re.search(r"/[._]", file.path[len(base.rstrip("/")) :])]
    files = [file for file in files if file.path.endswith(_ENDINGS)] or files
    if not files:
        raise DatasetError(f"There is no Parquet file in {path}: give a directory that holds some.")
    return sorted(files, key=lambda file: file.path)


def _united(schema: pa.Schema, file: ds.ParquetFileFragment) -> pa.Schema:
    try:
        return pa.unify_schemas([schema.remove_metadata(), file.physical_schema], promote_options="permissive")
    except pa.ArrowTypeError as error:
        cause = " ".join(str(error).split()).rstrip(".")
        raise DatasetError(
            f"The file {file.path} has other types than the files before it ({cause}): {ADVICE}."
        ) from error
