"""Writes feature tables as the files of a dataset, ``PATH/split=train/*.parquet``, on a disk or into a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bench.stores.filesystem import filesystem, is_uri, store_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from bench.model import Dataset

GROUP_ROWS = 32_768  # some row groups for each rank, also of a small table


def write_part(dataset: Dataset, batches: Iterable[pa.RecordBatch], number: int = 0) -> None:
    """Write rows as a part of a dataset's files, in bounded memory: a file for each split that has any.

    Writers on several hosts write parts of one dataset, each under a number of its own.

    Args:
        dataset: Gives the place, and the names of the columns.
        batches: Rows, of which ``row_id``, ``test`` (boolean), the label and the features are written.
        number: Number of the part.

    Raises:
        StorageError: The store cannot be reached, or does not take them.
    """
    import pyarrow as pa
    import pyarrow.dataset as pads

    target, root = filesystem(dataset.path, dataset.storage)
    files, split = pads.ParquetFileFormat(), pa.schema([("split", pa.string())])
    schema = pa.schema([("row_id", pa.int64()), *((name, pa.float32()) for name in dataset.columns), *split])
    with store_errors(dataset.path, dataset.storage):
        pads.write_dataset(
            _with_split(batches, schema),
            root,
            schema=schema,
            basename_template=f"part-{number:05}-{{i}}.parquet",
            format=files,
            # Numbers that hardly repeat: dictionaries are tried in vain.
            file_options=files.make_write_options(use_dictionary=False, write_page_checksum=True),
            partitioning=pads.partitioning(split, flavor="hive"),
            filesystem=target,
            min_rows_per_group=GROUP_ROWS,
            max_rows_per_group=GROUP_ROWS,
            use_threads=False,  # rows stay in their order
            existing_data_behavior="overwrite_or_ignore",
            create_dir=not is_uri(dataset.path),
        )


def _with_split(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.compute as pc

    for batch in batches:
        columns = [batch.column(name) for name in schema.names[:-1]]
        columns.append(pc.if_else(batch.column("test"), "test", "train"))
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
