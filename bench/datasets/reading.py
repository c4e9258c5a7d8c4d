"""Reads Parquet with every page checksum verified, and turns read errors into sentences."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.errors import DatasetError

if TYPE_CHECKING:
    import pyarrow as pa

# Four bytes of length and the magic, at the end of every Parquet file.
_TAIL = 8
REMAKE = "make or import the dataset again with --force"


def redacted(text: str) -> str:
    """Return a text without the keys that a URI such as ``s3://key:secret@bucket`` may hold."""
    return re.sub(r"://[^/@\s]*@", "://", text)


@contextmanager
def naming(path: str, advice: str = REMAKE) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into one sentence that names the file.

    Args:
        path: The file.
        advice: What to do about a damaged file.

    Raises:
        DatasetError: In place of pyarrow's errors.
    """
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise DatasetError(f"The file {path} is missing: {advice}.") from error
    except (pa.ArrowException, OSError, MemoryError, OverflowError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.ENOSPC, errno.EINTR):
            raise
        # Arrow's reason is the first sentence after its own account of where it was.
        reason = " ".join(str(error).split()).rpartition(f"{path}': ")[2].partition(". ")[0].rstrip(".")
        cause = redacted(reason)[:200] or type(error).__name__
        raise DatasetError(f"The file {path} is damaged or no Parquet ({cause}): {advice}.") from error


def row_groups(path: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Read the row groups of one of our files, one after the other, with checksums verified.

    Args:
        path: The file.
        columns: Columns to read, in this order.

    Raises:
        DatasetError: The file is missing or damaged.
    """
    import pyarrow.parquet as pq

    with naming(path):
        file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
    with file:
        for group in range(file.num_row_groups):
            with naming(path):
                yield file.read_row_group(group, columns=list(columns)).select(columns).combine_chunks()


def footer_digest(path: str) -> str:
    """Return the SHA-256 of the footer of a Parquet file; needs the standard library only.

    Args:
        path: The file.

    Raises:
        DatasetError: The file is missing or too damaged to have a footer.
    """
    try:
        with open(path, "rb") as file:
            size = file.seek(-_TAIL, os.SEEK_END) + _TAIL
            length = int.from_bytes(file.read(4), "little") + _TAIL
            file.seek(-min(length, size), os.SEEK_END)
            return hashlib.sha256(file.read()).hexdigest()
    except FileNotFoundError as error:
        raise DatasetError(f"The file {path} is missing: {REMAKE}.") from error
    except OSError as error:
        raise DatasetError(f"The file {path} cannot be read ({error.strerror}): {REMAKE}.") from error


def headers_digest(path: str) -> str:
    """Return the SHA-256 of the page headers of one of our files, which no page checksum covers.

    Our files hold one plainly encoded page without nulls for each column of a row group, so that a
    header is what comes before the page's values.

    Args:
        path: The file.

    Raises:
        DatasetError: The file is missing or damaged.
    """
    import pyarrow.parquet as pq

    digest = hashlib.sha256()
    with naming(path), open(path, "rb") as file:
        metadata = pq.read_metadata(file)
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                values = group.num_rows * (8 if column.physical_type == "INT64" else 4)
                file.seek(column.data_page_offset)
                digest.update(file.read(column.total_uncompressed_size - values))
    return digest.hexdigest()
