"""Raw tables of a dataset, for engines that make features of them: on a disk by their paths, else read by Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.datasets.format.reading import file_errors
from bench.stores.filesystem import is_uri
from bench.stores.tree import Tree

if TYPE_CHECKING:
    import pyarrow as pa

    from bench.model import Dataset

BATCH_ROWS = 65_536


def raw_path(dataset: Dataset, table: str) -> str | None:
    """Return the path of a raw table's Parquet file on this machine's disk; None where it lies in a store.

    Args:
        dataset: The dataset.
        table: Name of the table.
    """
    return None if is_uri(dataset.path) else f"{dataset.path}/{dataset.raw['tables'][table]}"


def read_raw(dataset: Dataset, table: str) -> pa.Table:
    """Return a raw table, wherever it lies.

    Args:
        dataset: The dataset.
        table: Name of the table.

    Raises:
        DatasetError: It is damaged or gone.
        StorageError: The store cannot be reached.
    """
    with _opened(dataset, table) as file:
        return file.read()


def raw_schema(dataset: Dataset, table: str) -> tuple[pa.Schema, int]:
    """Return the columns of a raw table, and how many row groups it has.

    Args:
        dataset: The dataset.
        table: Name of the table.
    """
    with _opened(dataset, table) as file:
        return file.schema_arrow.remove_metadata(), file.num_row_groups


def raw_batches(dataset: Dataset, table: str, part: int, parts: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a part of a raw table: every so many-th row group.

    Args:
        dataset: The dataset.
        table: Name of the table.
        part: Number of the part, from 0.
        parts: How many there are.
    """
    with _opened(dataset, table) as file:
        for group in range(part, file.num_row_groups, parts):
            yield from file.iter_batches(BATCH_ROWS, [group])


@contextmanager
def _opened(dataset: Dataset, table: str) -> Iterator[Any]:
    import pyarrow.parquet as pq

    opened = Tree(dataset.path, dataset.storage).open(dataset.raw["tables"][table])
    with file_errors(opened.uri), opened.open_reader() as source, pq.ParquetFile(source, pre_buffer=True) as file:
        yield file
