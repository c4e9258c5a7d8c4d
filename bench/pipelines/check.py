"""Digests of the feature table that a pipeline has made, by the harness, after the measured time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.datasets.format.arrays import to_numpy
from bench.datasets.format.digests import Digests, TableDigests
from bench.pipelines.form import naming_missing, require_form

if TYPE_CHECKING:
    import pyarrow as pa

    from bench.model import Dataset


def digests_of(dataset: Dataset, frame: Any) -> Digests:
    """Return the digests of a feature table.

    Args:
        dataset: Names the columns.
        frame: An Arrow table, or a data frame of Spark, whose executors do the work.

    Raises:
        DatasetError: A column is not there, is of another type, or lacks values.
    """
    require_form(frame, dataset.columns)
    found = TableDigests(dataset.columns)
    if not hasattr(frame, "mapInArrow"):
        _add(found, dataset.columns, frame.to_batches(max_chunksize=65_536))
        return found.as_json()
    wanted = frame.select("row_id", "test", *(f"`{name}`" for name in dataset.columns))
    with naming_missing(frame, dataset.columns):
        for row in wanted.mapInArrow(_PartialDigests(dataset.columns), "digests string").collect():
            found.merge(json.loads(row.digests))
    return found.as_json()


@dataclass(frozen=True)
class _PartialDigests:
    """A function for Spark's Python workers: rows of a partition in, their digests out."""

    names: tuple[str, ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        found = TableDigests(self.names)
        _add(found, self.names, batches)
        yield pa.RecordBatch.from_pydict({"digests": [json.dumps(found.as_json())]})


def _add(found: TableDigests, names: tuple[str, ...], batches: Any) -> None:
    for batch in batches:
        columns = [to_numpy(batch.column(name)) for name in names]
        found.add(to_numpy(batch.column("row_id")), to_numpy(batch.column("test")), columns)
