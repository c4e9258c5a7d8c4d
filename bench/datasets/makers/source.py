"""A user's own table as one stream of batches: Parquet, ORC or Delta; file, directory, Hive partitions or URI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from bench.datasets.format.arrays import in_one
from bench.datasets.makers.delta_log import DeltaVersion, has_log, read_log
from bench.datasets.makers.input_errors import footer_errors, source_errors
from bench.datasets.makers.listing import list_files
from bench.datasets.makers.parquet_format import PARQUET
from bench.datasets.makers.pieces import Piece
from bench.datasets.makers.row_filter import RowFilter
from bench.datasets.makers.sample import choose_rows
from bench.datasets.makers.schemas import check_names, pandas_index, united
from bench.datasets.makers.table_format import TableFormat
from bench.errors import DatasetError, UsageError
from bench.headroom import check_threads_once
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
        filter: Which rows `batches` reads; None for all.
    """

    path: str
    storage: Storage
    pieces: tuple[Piece, ...]
    schema: pa.Schema
    partitions: frozenset[str]
    index: frozenset[str]
    rows: int
    version: int | None = None
    filter: RowFilter | None = None

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Read columns of all files in portions, each with the name of its file.

        Raises:
            DatasetError: A file is damaged, lacks a column or has been removed.
            StorageError: The store that holds it does not answer.
        """
        if self.filter is None or not self.filter.columns:
            yield from self._batches(columns)
            return
        for file, batch in self._batches(list(dict.fromkeys([*columns, *self.filter.columns]))):
            kept = self.filter.keep(batch.select(self.filter.columns))
            yield file, batch.select(list(columns)).filter(pa.array(kept))

    def _batches(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
        for piece in self.pieces:
            file = piece.file
            partitions, physical = ds.get_partition_keys(file.partition_expression), self._physical(file, columns)
            for batch in self._read(piece, physical):
                arrays = [
                    self._typed(column, batch[column])
                    if column in physical
                    else pa.repeat(pa.scalar(partitions.get(column), self.schema.field(column).type), len(batch))
                    for column in columns
                ]
                yield file.path, pa.RecordBatch.from_arrays(arrays, list(columns))

    def group_columns(
        self, piece: Piece, group: int, columns: Sequence[str], *, use_threads: bool = False
    ) -> Iterator[tuple[str, pa.Array]]:
        """Read columns of a whole row group, one after the other, whichever of its rows the piece has.

        Args:
            piece: One of `pieces`.
            group: Number of the row group.
            columns: Names of the columns, each once.
            use_threads: Whether pyarrow's threads decode columns at once.

        Yields:
            Name and values, those that do not stand in the file first.

        Raises:
            DatasetError: The file is damaged, lacks a column or has been removed.
            StorageError: The store that holds it does not answer.
        """
        physical = self._physical(piece.file, columns)
        values = ds.get_partition_keys(piece.file.partition_expression)
        for column in columns:
            if column not in physical:
                value = pa.scalar(values.get(column), self.schema.field(column).type)
                yield column, pa.repeat(value, piece.sizes[group])
        with source_errors(self.path, self.storage, piece.file.path, piece.format.name):
            for column, read in zip(physical, piece.columns(group, physical, use_threads=use_threads), strict=True):
                yield column, self._typed(column, in_one(read))

    def _physical(self, file: ds.FileFragment, columns: Sequence[str]) -> list[str]:
        """Return those columns that are read from a file; the others are those of partitions, or missing."""
        physical = [column for column in columns if column not in self.partitions]
        there = set(file.physical_schema.names)
        # A file of a Delta table is of a time before the column came.
        for column in () if self.version is not None else set(physical) - there:
            raise DatasetError(
                f"The file {file.path} has no column {column!r}, which other files have: leave the column out "
                "with --features, or the file out of what is imported."
            )
        return [column for column in physical if column in there]

    def _typed(self, column: str, values: pa.Array) -> pa.Array:
        """Return values; as the column's type where a file holds none of any type, times as numbers, or views."""
        wanted = self.schema.field(column).type
        numbers = pa.types.is_timestamp(wanted) and pa.types.is_integer(values.type)
        empty, view = pa.types.is_null(values.type), pa.types.is_string_view(values.type)
        return values.cast(wanted) if numbers or empty or view else values

    def _read(self, piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        # Where pyarrow has one thread that decodes columns and not the next, it lets go of the file under the first.
        check_threads_once(pa.cpu_count(), "readers of tables")
        with source_errors(self.path, self.storage, piece.file.path, piece.format.name):
            yield from piece.batches(columns)

    def only(self, pieces: Iterable[Piece]) -> TableSource:
        """Return some of the files.

        Args:
            pieces: Out of `pieces`.
        """
        chosen = tuple(pieces)
        return replace(self, pieces=chosen, rows=sum(sum(piece.group_rows().values()) for piece in chosen))

    def kept(self, rows: RowFilter) -> TableSource:
        """Return the source of which `batches` reads some rows only; the number of rows stays that of all."""
        return replace(self, filter=rows)

    def sample(self, rows: int) -> TableSource:
        """Return some of the rows, the same each time; a smaller sample is inside a larger one.

        Args:
            rows: How many rows.

        Raises:
            UsageError: There are not as many.
        """
        sizes: list[list[int]] = [[] for _ in range(1 + max((piece.number for piece in self.pieces), default=0))]
        for piece in self.pieces:
            sizes[piece.number] = list(piece.group_rows().values())
        chosen = choose_rows(sizes, rows)
        pieces = [replace(piece, groups=groups) for piece in self.pieces if (groups := chosen[piece.number])]
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
        check_names(form.read_schema(opened, found[0].path), found[0].path)
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
        footers = pool.map(lambda file: (form.group_rows(file), file.physical_schema), files)
        for number, file in enumerate(files):
            with footer_errors(opened, path, storage, file.path, form.name):
                sizes, physical = next(footers)
                check_names(physical, file.path)
                schema = united(schema, file)
                index |= pandas_index(physical)
                pieces.append(Piece(file, form, sizes, number))
    return tuple(pieces), schema, frozenset(index)
