"""The functions that Spark's Python workers run: Arrow batches in, Arrow batches out, memory flat in the rows.

Each is one stage of the job in `bench.datasets.makers.cluster.job`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from bench.datasets.makers.cluster import facts
from bench.datasets.makers.cluster.packing import expand, pack, spread, to_batches
from bench.datasets.makers.cluster.ranges import Ranges, row_type
from bench.datasets.makers.plan import ImportPlan
from bench.datasets.makers.shuffle import PackedRows
from bench.datasets.makers.source import TableSource
from bench.datasets.makers.statistics import ExactMeans
from bench.datasets.makers.survey import Survey
from bench.stores.keys import Keys

if TYPE_CHECKING:
    from pyspark.accumulators import Accumulator
    from pyspark.core.broadcast import Broadcast

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Input:
    """What is read: each task has some row groups, whose numbers it gets as rows.

    Attributes:
        shares: The rows of each task.
        total: All rows.
        keys: The driver's credentials; apart from the shares, since Spark writes what is large to disk.
    """

    shares: Broadcast[list[TableSource]]
    total: int
    keys: Keys

    def of(self, numbers: Iterable[int]) -> Iterator[TableSource]:
        """Yield the rows of tasks."""
        self.keys.use()
        for number in numbers:
            yield self.shares.value[number]


@dataclass(frozen=True)
class SurveyReader:
    """Numbers of tasks in, a survey of their rows out."""

    rows: Input
    survey: Survey

    def __call__(self, numbers: Iterable[int]) -> Iterator[Survey]:
        """Yield one survey of all of these tasks."""
        for source in self.rows.of(numbers):
            for path, batch in source.batches(self.survey.columns):
                self.survey.add(batch, path)
        yield self.survey


@dataclass(frozen=True)
class RowReader:
    """Numbers of tasks in, rows out: as float32, with keys."""

    rows: Input
    plan: ImportPlan
    ranges: Ranges
    losses: Accumulator[dict[str, int]]

    def __call__(self, batches: Batches) -> Batches:
        """Yield the rows of these tasks."""
        losses: dict[str, int] = {}
        yield from to_batches(self._packed(batches, losses), self.ranges)
        self.losses.add(losses)

    def _packed(self, batches: Batches, losses: dict[str, int]) -> Iterator[PackedRows]:
        for source in self.rows.of(number for batch in batches for number in batch.column(0).to_pylist()):
            for columns, test in self.plan.portions(source, losses):
                yield pack(columns, self.plan.layout.beside, test)


@dataclass(frozen=True)
class Counter:
    """Rows in, their numbers out: of each split, of missing values, and whether a key occurs twice."""

    columns: int

    def __call__(self, batches: Batches) -> Batches:
        """Yield the numbers of this partition."""
        rows, tests, missing, repeated = 0, 0, np.zeros(self.columns, np.int64), False
        for packed, before in expand(batches, row_type(self.columns)):
            rows, tests = rows + len(packed), tests + int((packed["test"] != 0).sum())
            lacking = np.isnan(packed["values"])
            if lacking.any():
                missing += np.count_nonzero(lacking, axis=0)
            repeated = repeated or bool(before.any())
        yield facts.to_batch(train=rows - tests, test=tests, missing=missing.tolist(), repeated=repeated)


@dataclass(frozen=True)
class MeanReader:
    """Rows in; sums of the train rows out, for the mean of each column that lacks values."""

    columns: int
    places: Sequence[int]

    def __call__(self, batches: Batches) -> Batches:
        """Yield the sums of this partition."""
        means = ExactMeans(len(self.places))
        for packed, _ in expand(batches, row_type(self.columns)):
            means.add(np.ascontiguousarray(packed["values"][packed["test"] == 0][:, list(self.places)].T))
        yield facts.to_batch(sums=means.as_json())


@dataclass(frozen=True)
class Spreader:
    """Rows in; the same rows out, each by itself, and of equal ones all but the first with other keys."""

    ranges: Ranges

    def __call__(self, batches: Batches) -> Batches:
        """Yield the rows of this partition."""
        rows = expand(batches, self.ranges.row)
        yield from to_batches((spread(packed.copy(), before) for packed, before in rows), self.ranges)
