"""Turns errors of Parquet files into sentences, and computes digests of the parts that no page checksum covers."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench import scrub
from bench.errors import DatasetError

# Four bytes of length and the magic, at the end of every Parquet file.
TAIL_BYTES = 8
# A full disk, a limit or a signal.
_NOT_THE_FILES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EINTR, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
REMAKE = "make or import the dataset again with --force"


@contextmanager
def file_errors(path: str, advice: str = REMAKE, name: str = "Parquet") -> Iterator[None]:
    """Turn any error of reading a file into one sentence that names the file.

    Args:
        path: The file.
        advice: The remedy for a damaged file.
        name: Name of the format that it should have.

    Raises:
        DatasetError: In place of pyarrow's errors.
        OSError: A full disk, a limit of this process or a signal is in the way, and not the file.
    """
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise DatasetError(f"The file {path} is missing: {advice}.") from error
    except (pa.ArrowException, OSError, MemoryError, OverflowError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
            raise DatasetError(
                f"{path} may not be read ({error.strerror or error}): give this user the right to."
            ) from error
        if isinstance(error, OSError) and error.errno in _NOT_THE_FILES:
            raise
        if "Failed to launch worker thread" in str(error):
            raise OSError(errno.EAGAIN, "pyarrow reads by several threads") from error
        # Arrow's reason is the first sentence after the place at which it failed.
        reason = " ".join(str(error).split()).rpartition(f"{path}': ")[2].partition(". ")[0].rstrip(".")
        cause = scrub.spelled(reason)[:200] or type(error).__name__
        raise DatasetError(f"The file {path} is damaged or no {name} ({cause}): {advice}.") from error


def footer_digest(path: str) -> str:
    """Return the SHA-256 of the footer of a Parquet file; needs the standard library only.

    Args:
        path: The file.

    Raises:
        DatasetError: The file is missing or too damaged to have a footer.
    """
    try:
        with open(path, "rb") as file:
            size = file.seek(-TAIL_BYTES, os.SEEK_END) + TAIL_BYTES
            length = int.from_bytes(file.read(4), "little") + TAIL_BYTES
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
    with file_errors(path), open(path, "rb") as file:
        metadata = pq.read_metadata(file)
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                values = group.num_rows * (8 if column.physical_type == "INT64" else 4)
                file.seek(column.data_page_offset)
                digest.update(file.read(column.total_uncompressed_size - values))
    return digest.hexdigest()
