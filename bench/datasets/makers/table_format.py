"""What the formats of a user's files have in common: row groups that can be read one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from bench.stores.traffic import CountedFile

BATCH_ROWS = 65_536


class TableFormat(Protocol):
    """A format of files; one that has no state, since it goes to Spark's workers with each file."""

    @property
    def name(self) -> str:
        """Its name in sentences, and in small letters for pyarrow."""
        ...

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of such files' names."""
        ...

    @property
    def magic(self) -> bytes:
        """The first bytes of such files."""
        ...

    def read_schema(self, opened: fs.FileSystem, path: str) -> pa.Schema:
        """Return the columns of a file, also of one that has two of one name.

        Args:
            opened: The filesystem.
            path: The file.

        Raises:
            pyarrow.ArrowException: The file is damaged.
            OSError: It cannot be read.
        """
        ...

    def group_rows(self, file: ds.FileFragment) -> tuple[int, ...]:
        """Return the rows of each row group of a file, from its footer.

        Raises:
            pyarrow.ArrowException: The file is damaged.
            OSError: It cannot be read.
        """
        ...

    def batches(
        self, file: ds.FileFragment, sizes: Sequence[int], groups: Sequence[int], columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Read columns of row groups, at most `BATCH_ROWS` rows at a time.

        Args:
            file: The file.
            sizes: What `group_rows` says of it.
            groups: Numbers of row groups.
            columns: Names of columns; there may be none, and then the batches have rows all the same.

        Raises:
            pyarrow.ArrowException: The file is damaged.
            OSError: It cannot be read.
            DatasetError: It holds values that cannot be read.
        """
        ...

    def columns(
        self, file: ds.FileFragment, sizes: Sequence[int], group: int, names: Sequence[str], *, use_threads: bool
    ) -> Iterator[pa.Array | pa.ChunkedArray]:
        """Read columns of a whole row group, one after the other; from a store, whose requests take long, all at once.

        Args:
            file: The file.
            sizes: What `group_rows` says of it.
            group: Number of the row group.
            names: Names of columns.
            use_threads: Whether pyarrow's threads decode columns at once.

        Raises:
            pyarrow.ArrowException: The file is damaged.
            OSError: It cannot be read.
            DatasetError: It holds values that cannot be read.
        """
        ...


@contextmanager
def open_counted(file: ds.FileFragment) -> Iterator[Any]:
    """Give a file to read from; what is asked of a store is counted.

    Args:
        file: The file.
    """
    with file.filesystem.open_input_file(file.path) as opened:
        yield opened if isinstance(file.filesystem, fs.LocalFileSystem) else CountedFile(opened, opened.size())
