"""Turns errors of a user's files into one sentence that names the file, the format it has, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from pyarrow import fs

from bench.datasets.format.reading import file_errors
from bench.datasets.makers.formats import HEAD_BYTES, other_format
from bench.errors import DatasetError
from bench.model import Storage
from bench.stores.filesystem import store_errors

ADVICE = "have it written again, or leave it out of what is imported"


@contextmanager
def source_errors(path: str, storage: Storage, file: str, name: str = "Parquet") -> Iterator[None]:
    """Turn an error of reading a file into a sentence.

    Args:
        path: The input's path or URI.
        storage: How it is reached.
        file: The file.
        name: Name of the format that the file should have.

    Raises:
        DatasetError: The file is damaged, gone or not to be read.
        StorageError: The store that holds it does not answer.
    """
    with file_errors(file, ADVICE, name), store_errors(path, storage, parsed=True):
        yield


@contextmanager
def footer_errors(opened: fs.FileSystem, path: str, storage: Storage, file: str, name: str) -> Iterator[None]:
    """Turn an error of a footer into a sentence, which names the format of a file that is of another one.

    Args:
        opened: The filesystem.
        path: The input's path or URI.
        storage: How it is reached.
        file: The file.
        name: Name of the format that the file should have.

    Raises:
        DatasetError: The file is damaged, gone or of another format.
        StorageError: The store that holds it does not answer.
    """
    try:
        with source_errors(path, storage, file, name):
            yield
    except DatasetError as error:
        if isinstance(error.__cause__, pa.ArrowInvalid | OSError):
            with source_errors(path, storage, file, name), opened.open_input_file(file) as begun:
                other = other_format(begun.read(HEAD_BYTES), name)
            if other:
                raise DatasetError(f"The file {file} {other}.") from error
        raise
