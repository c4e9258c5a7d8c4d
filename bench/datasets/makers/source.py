"""A user's own table as one stream of batches: Parquet, ORC or Delta; file, directory, Hive partitions or URI."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from bench.datasets.makers.delta_log import DeltaVersion, has_log, read_log
from bench.datasets.makers.input_errors import ADVICE, footer_errors, source_errors
from bench.datasets.makers.listing import list_files
from bench.datasets.makers.parquet_format import PARQUET
from bench.datasets.makers.pieces import Piece
from bench.datasets.makers.sample import choose_rows
from bench.datasets.makers.table_format import TableFormat
from bench.errors import DatasetError, UsageError
from bench.model import Storage
from bench.stores.filesystem import filesystem, is_uri, store_errors
from bench.stores.tree import AT_ONCE


@dataclass(frozen=True)
class TableSource:
    """The input's files.

    Attributes:
        path: Its path or URI.
        storage: How to reach it, if it is a URI.
        pieces: The rows of each file that are read, in the order of the files' paths.
        schema: The columns, with types that hold those of all files; partitions are columns, too.
        partitions: Columns that come from the names of directories.
        index: Columns that pandas wrote as the index of its rows.
        rows: Rows in all pieces, from the footers.
        version: Number of the version of a Delta table; None of another.
    """

    path: str
    storage: Storage
    pieces: tuple[Piece, ...]
    schema: pa.Schema
    partitions: frozenset[str]
    index: frozenset[str]
    rows: int
    version: int | None = None

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Read columns of all files in portions, each with the name of its file.

        Raises:
            DatasetError: A file is damaged, lacks a column or has been removed.
            StorageError: The store that holds it does not answer.
        """
        for piece in self.pieces:
            file = piece.file
            partitions = ds.get_partition_keys(file.partition_expression)
            physical = [column for column in columns if column not in self.partitions]
            lacking = set(physical) - set(file.physical_schema.names)
            # A file of a Delta table is of a time before the column came.
            for column in () if self.version is not None else lacking:
                raise DatasetError(
                    f"The file {file.path} has no column {column!r}, which other files have: leave the column out "
                    "with --features, or the file out of what is imported."
                )
            for batch in self._read(piece, [column for column in physical if column not in lacking]):
                arrays = [
                    pa.repeat(pa.scalar(partitions.get(column), self.schema.field(column).type), len(batch))
                    if column in self.partitions or column in lacking
                    else self._typed(column, batch[column])
                    for column in columns
                ]
                yield file.path, pa.RecordBatch.from_arrays(arrays, list(columns))

    def _typed(self, column: str, values: pa.Array) -> pa.Array:
        """Return values; as the column's type where a file holds none of any type, or numbers that are times."""
        wanted = self.schema.field(column).type
        numbers = pa.types.is_timestamp(wanted) and pa.types.is_integer(values.type)
        return values.cast(wanted) if numbers or pa.types.is_null(values.type) else values

    def _read(self, piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with source_errors(self.path, self.storage, piece.file.path, piece.format.name):
            yield from piece.batches(columns)

    def sample(self, rows: int) -> TableSource:
        """Return some of the rows, the same each time; a smaller sample is inside a larger one.

        Args:
            rows: How many rows.

        Raises:
            UsageError: There are not as many.
        """
        chosen = choose_rows([list(piece.group_rows().values()) for piece in self.pieces], rows)
        pieces = [replace(piece, groups=groups) for piece, groups in zip(self.pieces, chosen, strict=True) if groups]
        return replace(self, pieces=tuple(pieces), rows=rows)


def open_source(
    path: str, storage: Storage, version: int | None = None, known: DeltaVersion | None = None
) -> TableSource:
    """Find the files of a table at a path or URI and read their footers.

    Args:
        path: A file, a directory, a directory with Hive partitions, a pattern of such, or a URI of one, as
            `bench.stores.filesystem.normal` writes it.
        storage: How to reach it, if it is a URI.
        version: Number of the version of a Delta table; the newest if None.
        known: What its log says, if that was read before.

    Raises:
        UsageError: There is no such version, or what reads it is not installed.
        DatasetError: There is no file of Parquet or ORC, one is damaged or unlike the others, or a table with a log has
            them.
        StorageError: The store that holds them does not answer.
    """
    with store_errors(path, storage):
        opened, base = filesystem(path, storage)
        known = known or (read_log(opened, base, path, storage, version) if has_log(opened, base) else None)
    if known:
        pieces, _, index = _pieces(opened, path, storage, PARQUET, known.fragments(opened))
        rows = sum(sum(piece.sizes) for piece in pieces)
        return TableSource(path, storage, pieces, known.schema, frozenset(known.partitions), index, rows, known.number)
    if version is not None:
        raise UsageError(f"{path} is no Delta table, and only such has versions: leave --version away.")
    found, base, form = list_files(opened, base, path, storage)
    # The first footer is read here, since an error of `ds.dataset` would not name the file.
    with footer_errors(opened, path, storage, found[0].path, form.name):
        _check_names(form.read_schema(opened, found[0].path), found[0].path)
        dataset = ds.dataset(
            found, filesystem=opened, format=form.name.lower(), partitioning="hive", partition_base_dir=base
        )
        files = tuple(sorted(dataset.get_fragments(), key=lambda file: file.path))
    pieces, schema, index = _pieces(opened, path, storage, form, files)
    physical = set(schema.names)
    partitions = [field for field in dataset.schema if field.name not in physical]
    names = frozenset(field.name for field in partitions)
    rows = sum(sum(piece.sizes) for piece in pieces)
    return TableSource(path, storage, pieces, pa.schema([*schema, *partitions]), names, index, rows)


def _pieces(
    opened: fs.FileSystem, path: str, storage: Storage, form: TableFormat, files: Sequence[ds.FileFragment]
) -> tuple[tuple[Piece, ...], pa.Schema, frozenset[str]]:
    """Read all footers, and return the files, a schema that holds the columns of all, and pandas' index."""
    schema, pieces, index = pa.schema([]), list[Piece](), set[str]()
    with ThreadPoolExecutor(AT_ONCE if is_uri(path) else 1) as pool:
        footers = pool.map(lambda file: (file.physical_schema, form.group_rows(file)), files)
        for number, file in enumerate(files):
            with footer_errors(opened, path, storage, file.path, form.name):
                physical, sizes = next(footers)
                _check_names(physical, file.path)
                schema = _united(schema, file)
                index |= _pandas_index(physical)
                pieces.append(Piece(file, form, sizes, number))
    return tuple(pieces), schema, frozenset(index)


def _check_names(schema: pa.Schema, file: str) -> None:
    for name, count in Counter(schema.names).items():
        if count > 1:
            raise DatasetError(f"{count} columns of {file} are called {name!r}: rename all but one.")


def _pandas_index(schema: pa.Schema) -> set[str]:
    """Return the columns that hold the index of a pandas frame; a range, which is no column, is not among them."""
    found = {name for name in schema.names if re.fullmatch(r"__index_level_\d+__", name)}
    try:
        described = schema.pandas_metadata or {}
    except ValueError:
        return found  # somebody else's metadata of this name is nothing to refuse a file for
    index = described.get("index_columns", ()) if isinstance(described, dict) else ()
    return found | {name for name in index if isinstance(name, str) and name in schema.names}


def _united(schema: pa.Schema, file: ds.FileFragment) -> pa.Schema:
    try:
        both = [schema, pa.schema([(field.name, _value_type(field)) for field in file.physical_schema])]
        return pa.unify_schemas(both, promote_options="permissive")
    except pa.ArrowTypeError as error:
        cause = " ".join(str(error).split()).rstrip(".")
        raise DatasetError(
            f"The file {file.path} has other types than the files before it ({cause}): {ADVICE}."
        ) from error


def _value_type(field: pa.Field) -> pa.DataType:
    """Return the type of a column's values: which file holds them in a dictionary is nobody's business."""
    if (field.metadata or {}).get(b"spark.sql.catalyst.type") == b"timestamp_ntz":
        return pa.timestamp("us")  # which Spark writes into ORC as whole numbers
    return field.type.value_type if pa.types.is_dictionary(field.type) else field.type
