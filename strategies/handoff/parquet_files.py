"""Spark writes Parquet, and each trainer reads its row groups: what most teams do, and what survives a crash.

Knobs: Spark's own writer with its defaults (Snappy, row groups of 128 MiB) but for dictionaries, which are tried in
vain on columns of floats; a file for each partition. Trainers decode 16,384 rows at a time, so that their memory does
not grow with the rows. The files lie in the trial's scratch directory, or at ``--shared``: on a cluster where all hosts
see them. In an object store Spark's tasks write them by Arrow, because Spark's own writer needs jars of Hadoop there.

Spark's documentation of Parquet: https://spark.apache.org/docs/latest/sql-data-sources-parquet.html
"""

from dataclasses import dataclass
from functools import partial
from itertools import chain

from bench import hookimpl, scaling
from bench.rows import FilePlace, file_place
from strategies.lib.handoff import files
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.blocks import between, of_batches
from strategies.lib.handoff.deliveries import FileRows
from strategies.lib.handoff.facts import facts
from strategies.lib.spark import hadoop
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

ROWS_AT_ONCE = 16_384
BYTES_AT_ONCE = 65_536  # of each column
ROWS_OF_A_GROUP = 131_072


@hookimpl
def bench_strategy():
    return facts("trainers that start later, elsewhere, or again after a crash")


@hookimpl
def bench_setup(trial):
    return files.start(trial)


@hookimpl
def bench_handoff(trial, session):
    place = file_place(trial)
    write = write_by_arrow if place.remote else write_by_spark
    with trial.phase("write"):
        names, counts = write(trial, place, session.frame)
    return FileRows(session.trainers, files.FileShares(names, counts, partial(read, place)))


def write_by_spark(trial, place, frame):
    """Let Spark write the rows; return the names of the files, and the rows of each.

    Args:
        trial: The trial, for whose record the bytes are measured.
        place: A directory.
        frame: The rows.
    """
    from pyspark.sql import Observation
    from pyspark.sql.functions import count, lit

    seen = Observation()
    with spark_errors(SPARK_FAILED):
        observed = frame.observe(seen, count(lit(1)).alias("rows"))
        observed.write.option("parquet.enable.dictionary", "false").parquet(hadoop.uri(place.place.path))
    sizes = {name: size for name, size in place.sizes().items() if name.endswith(".parquet")}
    counts = tuple(rows_of(place, name) for name in sizes)
    files.require_rows(sum(counts), seen.get["rows"])
    trial.measure("bytes_written", sum(sizes.values()))
    return tuple(sizes), counts


def write_by_arrow(trial, place, frame):
    """Let Spark's tasks write the rows; return the names of the files, and the rows of each.

    Args:
        trial: The trial, for whose record the bytes are measured.
        place: In an object store.
        frame: The rows.
    """
    trial.note("written_by", "Arrow, in the tasks of Spark")
    return files.write_by_tasks(trial, place, frame, ParquetWriter(place))


@dataclass(frozen=True)
class ParquetWriter:
    """Writes the rows of a task into a file.

    Attributes:
        place: Where the files lie.
    """

    place: FilePlace

    def __call__(self, number, batches):
        """Write record batches, and return the name of the file and its rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        name, rows, group = f"part-{number:05}.parquet", 0, []
        first = next(batches, None)
        if first is None:
            return None, 0
        with self.place.create(name) as file, pq.ParquetWriter(file, first.schema, use_dictionary=False) as sink:
            for batch in chain([first], batches):
                group.append(batch)
                rows += batch.num_rows
                if sum(one.num_rows for one in group) >= ROWS_OF_A_GROUP:
                    sink.write_table(pa.Table.from_batches(group))
                    group = []
            if group:
                sink.write_table(pa.Table.from_batches(group))
        return name, rows


def rows_of(place, name):
    """Return the rows of a Parquet file."""
    import pyarrow.parquet as pq

    with place.open(name) as file:
        return pq.read_metadata(file).num_rows


def read(place, name, start, stop):
    """Yield rows of a Parquet file as blocks, in bounded memory; row groups before them are not read.

    Args:
        place: Where the files lie.
        name: The file.
        start: The first row.
        stop: The end.
    """
    import pyarrow.parquet as pq

    # Arrow by default reads all that is asked for beforehand, and keeps it to the end: all bytes of a share. In a store
    # that saves requests, and one row group after the other bounds it.
    with (
        place.open(name) as opened,
        pq.ParquetFile(opened, buffer_size=BYTES_AT_ONCE, pre_buffer=place.remote) as file,
    ):
        at = 0
        for index in range(file.num_row_groups):
            rows = file.metadata.row_group(index).num_rows
            if at < stop and at + rows > start:
                yield from of_batches(between(file.iter_batches(ROWS_AT_ONCE, [index]), start, stop, at))
            at += rows


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "write")


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
