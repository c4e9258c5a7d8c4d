"""Files that tasks of Spark write, and that processes that train read: where, how many bytes, whether all see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Skip
from bench.rows import file_place
from bench.spark import is_local
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.blocks import spans
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from bench import Trial
    from bench.rows import FilePlace
    from strategies.lib.handoff.session import HandoffSession

    Block = tuple[np.ndarray, np.ndarray]
    Writer = Callable[[int, Iterator[pa.RecordBatch]], tuple[str | None, int]]

NOT_SHARED = "let --shared name a directory or URI that all hosts of the cluster see, or take a way without files."


@dataclass(frozen=True)
class FileShares:
    """The shares of ranks in files: called with a rank and the number of ranks, it yields the rank's blocks.

    Attributes:
        names: The files.
        counts: Rows of each.
        read: Yields the blocks of a file from one row to before another; it pickles.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    read: Callable[[str, int, int], Iterator[Block]]

    def __call__(self, rank: int, world: int) -> Iterator[Block]:
        """Yield the blocks of a rank."""
        for number, start, stop in spans(self.counts, rank, world):
            yield from self.read(self.names[number], start, stop)


def start(trial: Trial, *modules: str) -> HandoffSession:
    """Start the session of a way with files; see `strategies.lib.handoff.session.start`.

    Args:
        trial: The trial.
        modules: Modules that trainers and Spark's Python workers import beside those for Arrow.

    Raises:
        RankError: Spark or a trainer did not start, or the rows cannot be read.
        Skip: A host of the cluster does not see the place for files.
    """
    session = sessions.start(trial, *modules)
    try:
        if not is_local(trial.master):
            _require_shared(session, file_place(trial))
    except BaseException:
        session.stop()
        raise
    return session


def _require_shared(session: HandoffSession, place: FilePlace) -> None:
    """See that executors see a directory of this host; a store is seen by whoever reaches the dataset in one."""
    if place.remote:
        return
    directory = place.place.path
    place.make()

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"seen": [Path(directory).is_dir()]})

    context = session.spark.sparkContext
    slots = context.defaultParallelism
    with spark_errors(SPARK_FAILED):
        found = session.spark.range(0, slots, 1, slots).mapInArrow(look, "seen boolean").collect()
    Path(directory).rmdir()
    if not all(row.seen for row in found):
        raise Skip(f"Executors on other hosts do not see the directory for files: {NOT_SHARED}")


def require_rows(found: int, written: int) -> None:
    """Check that this host sees the rows that executors have written.

    Args:
        found: Rows in files that are seen here.
        written: Rows that executors say they have written.

    Raises:
        RankError: It does not: the executors wrote to disks of their own.
    """
    if found != written:
        raise RankError(f"Executors wrote {written:,} rows, and the driver sees {found:,} of them: {NOT_SHARED}")


def write_by_tasks(
    trial: Trial, place: FilePlace, frame: DataFrame, writer: Writer
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Let each task of Spark write its rows into a file; return the names of the files, and the rows of each.

    Args:
        trial: The trial, for whose record the bytes are measured.
        place: Where the files are to be.
        frame: The rows.
        writer: Takes the number of a partition and its record batches, and returns the name of the file that it has
            written, or None, and its rows; it pickles.

    Raises:
        RankError: A task failed, or this host does not see the files.
    """
    place.make()
    with spark_errors(SPARK_FAILED):
        found = frame.mapInArrow(_WriterTask(writer), "name string, rows long").collect()
    sizes = place.sizes()
    written = sorted((row.name, row.rows) for row in found if row.name)
    here = [(name, rows) for name, rows in written if name in sizes]
    require_rows(sum(rows for _, rows in here), sum(rows for _, rows in written))
    trial.measure("bytes_written", sum(sizes[name] for name, _ in here))
    return tuple(name for name, _ in here), tuple(rows for _, rows in here)


@dataclass(frozen=True)
class _WriterTask:
    """A function for Spark's tasks: rows in, one row with the file out."""

    writer: Writer

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyspark import TaskContext

        context = TaskContext.get()
        name, rows = self.writer(context.partitionId() if context else 0, batches)
        yield pa.RecordBatch.from_pydict({"name": [name], "rows": [rows]}, _schema())


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema({"name": pa.string(), "rows": pa.int64()})
