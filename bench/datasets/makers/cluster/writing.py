"""The last stage of the job: the rows of a range in, a file of each split in the target, and what it holds, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from bench.datasets.format.fingerprint import Fingerprint
from bench.datasets.format.manifest import SPLITS
from bench.datasets.makers.build import fingerprint_of
from bench.datasets.makers.cluster import facts
from bench.datasets.makers.cluster.packing import expand
from bench.datasets.makers.cluster.ranges import row_type
from bench.datasets.makers.cluster.target import Target
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.writer import SplitWriter, cut
from bench.stores.keys import Keys

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Range:
    """A range of keys, of which each split gets a file.

    Attributes:
        before: Rows of each split in the ranges before.
        rows: Rows of each split in this one.
        groups: Row groups of each split.
    """

    before: Mapping[str, int]
    rows: Mapping[str, int]
    groups: Mapping[str, int]


@dataclass(frozen=True)
class FileWriter:
    """Rows of a range in; files out, and a line on what they hold.

    Attributes:
        target: Where the files go.
        layout: What the columns are.
        means: For each column what replaces a missing value.
        ranges: The range of each partition.
        keys: The driver's credentials.
    """

    target: Target
    layout: Layout
    means: Sequence[float]
    ranges: Sequence[Range]
    keys: Keys

    def __call__(self, batches: Batches) -> Batches:
        """Write the rows of this partition, which are those of its range."""
        from pyspark import TaskContext

        self.keys.use()
        context = TaskContext.get()
        part, attempt = context.partitionId(), context.taskAttemptId()
        mine, fingerprint = self.ranges[part], fingerprint_of(self.layout)
        found: dict[str, Any] = {}
        with self.target.attempt() as directory:
            writers = {
                split: SplitWriter(directory, split, self.layout, [cut(mine.rows[split], mine.groups[split])])
                for split in SPLITS
                if mine.rows[split]
            }
            self._write(batches, mine, writers, fingerprint)
            for split, writer in writers.items():
                (written,) = writer.files()
                # No other attempt of this task, which may still run on a host that was given up, has this name.
                name = f"split={split}/part-{part:05}-{attempt}.parquet"
                self.target.put(directory / written.path, name)
                files = [asdict(replace(written, path=name))]
                found[split] = {"files": files, "summary": writer.summary.as_json(mine.before[split])}
        yield facts.to_batch(fingerprint=fingerprint.as_json(), splits=found)

    def _write(
        self, batches: Batches, mine: Range, writers: Mapping[str, SplitWriter], fingerprint: Fingerprint
    ) -> None:
        means, row_id = np.array(self.means, np.float32), sum(mine.before.values())
        for packed, _ in expand(batches, row_type(len(self.layout.names))):
            columns = packed["values"].T
            np.copyto(columns, means[:, None], where=np.isnan(columns))
            row_ids = np.arange(row_id, row_id + len(packed), dtype=np.int64)
            row_id += len(packed)
            for split, chosen in zip(SPLITS, (packed["test"] == 0, packed["test"] != 0), strict=True):
                if chosen.any():
                    writers[split].write(row_ids[chosen], columns[:, chosen], fingerprint)
