"""Rows that have been handed over, by where they are: in files, in the driver, in Spark's pipe, or nowhere.

Each kind has ``run(function)``, which calls ``function(rank, world, blocks)`` in processes that train; files and rows
in the driver also give ``blocks(rank, world)`` to whoever has ranks of its own, such as Horovod's.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from strategies.lib.handoff.blocks import of_batch, of_batches, spans
from strategies.lib.ranks.errors import rank_errors
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from strategies.lib.handoff.trainers import Trainers

    Block = tuple[np.ndarray, np.ndarray]
    Function = Callable[[int, int, Iterator[Block]], Any]


@dataclass(frozen=True)
class FileRows:
    """Rows that lie in files, which each rank reads its share of.

    Attributes:
        trainers: The processes that train.
        blocks: Gives the blocks of a rank, in any process that sees the files; it pickles.
    """

    trainers: Trainers
    blocks: Callable[[int, int], Iterator[Block]]

    def run(self, function: Function) -> list[Any]:
        """Call a function in each process that trains; see `bench.hookspecs.bench_handoff`."""
        return self.trainers.run(function, self.blocks)


@dataclass(frozen=True)
class DriverRows:
    """Rows in the memory of the driver, which sends each process that trains a share.

    Attributes:
        trainers: The processes that train.
        batches: The rows, in record batches of at least one row.
    """

    trainers: Trainers
    batches: list[pa.RecordBatch]

    def run(self, function: Function) -> list[Any]:
        """Call a function in each process that trains; see `bench.hookspecs.bench_handoff`."""
        return self.trainers.feed(function, self._portion)

    def blocks(self, rank: int, world: int) -> Iterator[Block]:
        """Yield the blocks of a rank, here in the driver."""
        return (of_batch(batch) for batch in self._portion(rank, world) if batch.num_rows)

    def _portion(self, rank: int, world: int) -> Iterator[pa.RecordBatch]:
        shares = spans([batch.num_rows for batch in self.batches], rank, world)
        yield from (self.batches[number].slice(start, stop - start) for number, start, stop in shares)
        if not shares:
            yield self.batches[0].slice(0, 0)


@dataclass(frozen=True)
class PipeRows:
    """Rows that stay in Spark: the ranks are tasks of a barrier stage, and take them from the pipe of each.

    Attributes:
        frame: The data frame, with a partition for each rank.
    """

    frame: DataFrame

    def run(self, function: Function) -> list[Any]:
        """Call a function in each task; see `bench.hookspecs.bench_handoff`.

        Raises:
            RankError: A task failed, or Spark has no room for all of them at once.
        """
        with spark_errors():
            found = self.frame.mapInArrow(_TaskFunction(function), "rank int, result binary", barrier=True).collect()
        return [pickle.loads(row.result) for row in sorted(found, key=lambda row: row.rank)]  # noqa: S301 - our own


@dataclass(frozen=True)
class _TaskFunction:
    """A function for the tasks of a barrier stage: rows in, one row with the function's result out."""

    function: Function

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyspark import BarrierTaskContext

        context = BarrierTaskContext.get()
        rank, world = context.partitionId(), len(context.getTaskInfos())
        with rank_errors(rank):
            result = self.function(rank, world, of_batches(batches))
        columns = [pa.array([rank], pa.int32()), pa.array([pickle.dumps(result)], pa.binary())]
        yield pa.RecordBatch.from_arrays(columns, names=["rank", "result"])


@dataclass(frozen=True)
class RowCount:
    """Rows that nobody is given, only counted: what every way must at least cost.

    Attributes:
        count: Passes over all rows, and returns their number.
    """

    count: Callable[[], int]

    def run(self, function: Function) -> list[int]:
        """Pass over all rows, and return their number; the function is not called."""
        del function
        with spark_errors(SPARK_FAILED):
            return [self.count()]
