"""Mean and standard deviation of features that a pipeline has made, for trainers that standardise by them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import rows
from bench.datasets.format.arrays import to_numpy
from bench.datasets.makers.statistics import Moments

if TYPE_CHECKING:
    import pyarrow as pa

    from bench.model import Dataset

BATCH_ROWS = 65_536


def with_statistics(dataset: Dataset, frame: Any) -> Dataset:
    """Return a dataset with the statistics of its features over the rows to train on, in one pass over them.

    Args:
        dataset: The dataset that was handed over; rows that this process holds are not asked for again.
        frame: The feature table: an Arrow table, or a data frame of Spark, whose executors do the work.
    """
    found, here = Moments(len(dataset.features)), rows.held(dataset)
    if isinstance(here, rows.HeldRows):
        for batch in here.tables["train"].to_batches(BATCH_ROWS):
            found.add(np.stack([to_numpy(batch.column(name)) for name in dataset.features]))
    elif not hasattr(frame, "mapInArrow"):
        _add(found, dataset.features, frame.select(["test", *dataset.features]).to_batches(BATCH_ROWS))
    else:
        wanted = frame.select("test", *(f"`{name}`" for name in dataset.features))
        for row in wanted.mapInArrow(_PartialMoments(dataset.features), "moments string").collect():
            found.merge(json.loads(row.moments))
    return replace(dataset, means=found.means(), stds=found.stds())


@dataclass(frozen=True)
class _PartialMoments:
    """A function for Spark's Python workers: rows of a partition in, their moments out; nothing of no rows."""

    names: tuple[str, ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        found = Moments(len(self.names))
        if _add(found, self.names, batches):
            yield pa.RecordBatch.from_pydict({"moments": [json.dumps(found.as_json())]})


def _add(found: Moments, names: tuple[str, ...], batches: Iterable[pa.RecordBatch]) -> int:
    """Take the rows to train on, and return how many there were."""
    taken = 0
    for batch in batches:
        train = ~to_numpy(batch.column("test"))
        if train.any():
            found.add(np.stack([to_numpy(batch.column(name))[train] for name in names]))
            taken += int(train.sum())
    return taken
