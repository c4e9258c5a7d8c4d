"""Reads a user's ORC by its stripes, which are what row groups are in Parquet; ORC has no checksums of pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.orc as orc
from pyarrow import fs

from bench.datasets.makers.table_format import BATCH_ROWS, open_counted
from bench.errors import DatasetError

# Numbers of fields in the messages at the end of a file: orc.apache.org/specification/ORCv1, "File Tail".
_FOOTER, _STRIPES, _ROWS = 2, 3, 5


@dataclass(frozen=True)
class OrcFormat:
    """ORC, as `TableFormat` describes a format."""

    name: str = "ORC"
    endings: tuple[str, ...] = (".orc",)
    magic: bytes = b"ORC"

    def read_schema(self, opened: fs.FileSystem, path: str) -> pa.Schema:
        """Return the columns of a file."""
        with opened.open_input_file(path) as file:
            return orc.ORCFile(file).schema

    def group_rows(self, file: ds.FileFragment) -> tuple[int, ...]:
        """Return the rows of each stripe, from the end of the file.

        pyarrow has no function for them, and reading a column of every stripe would take as long as the column is.
        """
        with file.filesystem.open_input_file(file.path) as opened:
            reader = orc.ORCFile(opened)
            (footer,) = _values(reader.reader.serialized_file_tail(), _FOOTER)
            rows = tuple(sum(_values(stripe, _ROWS)) for stripe in _values(footer, _STRIPES))
            if len(rows) != reader.nstripes or sum(rows) != reader.nrows:
                raise pa.ArrowInvalid(f"{reader.nrows} rows are not the {sum(rows)} of its stripes")
        return rows

    def batches(
        self, file: ds.FileFragment, sizes: Sequence[int], groups: Sequence[int], columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Read columns of stripes; one stripe is in memory at a time."""
        if not columns:
            for group in groups:
                yield from _cut(pa.RecordBatch.from_struct_array(pa.array([{}] * sizes[group], pa.struct([]))))
            return
        with open_counted(file) as opened:
            reader = orc.ORCFile(opened)
            for group in groups:
                yield from _cut(_stripe(reader, file, group, columns))

    def columns(
        self, file: ds.FileFragment, sizes: Sequence[int], group: int, names: Sequence[str], *, use_threads: bool
    ) -> Iterator[pa.Array]:
        """Read columns of a stripe, all of them at once: there is no reading of one after the other."""
        del sizes, use_threads
        if names:
            with open_counted(file) as opened:
                yield from map(_stripe(orc.ORCFile(opened), file, group, names).column, names)


ORC = OrcFormat()


def _stripe(reader: orc.ORCFile, file: ds.FileFragment, group: int, columns: Sequence[str]) -> pa.RecordBatch:
    try:
        return reader.read_stripe(group, columns=list(columns))
    except pa.ArrowInvalid as error:
        if "out of range for nanosecond" in str(error):
            raise DatasetError(
                f"The file {file.path} holds timestamps before 1677 or after 2262, which cannot be read out of ORC: "
                "replace them with nulls, or leave the column out with --features."
            ) from error
        raise


def _cut(stripe: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(stripe), BATCH_ROWS):
        yield stripe.slice(start, BATCH_ROWS)


def _values(message: bytes, number: int) -> list[Any]:
    """Return the values of a field of a message of Protocol Buffers: bytes, or whole numbers."""
    found, at = [], 0
    while at < len(message):
        key, at = _varint(message, at)
        value: int | bytes
        length = {1: 8, 5: 4}.get(key & 7, 0)  # numbers of fixed size
        if key & 7 == 0:
            value, at = _varint(message, at)
        else:
            if key & 7 == 2:
                length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        if key >> 3 == number:
            found.append(value)
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a whole number of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
