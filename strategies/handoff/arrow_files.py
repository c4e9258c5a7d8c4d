"""Tasks write Arrow files, and each trainer maps its share into memory: no encoding, no decoding.

Knobs: a file for each partition, of record batches of ``maxRecordsPerBatch`` rows (10,000 by default), not compressed;
trainers map eight batches at a time, since pages that are mapped count as memory. The files lie in the trial's
scratch directory, or at ``--shared``: on a cluster where all hosts see them, such as in an object store, from which
trainers read batch by batch. Hugging Face's ``Dataset.from_spark`` works so.

Arrow's documentation of memory-mapped files: https://arrow.apache.org/docs/python/ipc.html
"""

from dataclasses import dataclass
from functools import partial

from bench import hookimpl, scaling
from bench.rows import FilePlace, file_place
from strategies.lib.handoff import files
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.blocks import between, of_batches
from strategies.lib.handoff.deliveries import FileRows
from strategies.lib.handoff.facts import facts

BATCHES_AT_ONCE = 8


@hookimpl
def bench_strategy():
    return facts("one host, or hosts that share a disk, and rows that are read many times")


@hookimpl
def bench_setup(trial):
    return files.start(trial)


@hookimpl
def bench_handoff(trial, session):
    place = file_place(trial)
    with trial.phase("write"):
        names, counts = files.write_by_tasks(trial, place, session.frame, ArrowWriter(place))
    return FileRows(session.trainers, files.FileShares(names, counts, partial(read, place)))


@dataclass(frozen=True)
class ArrowWriter:
    """Writes the rows of a task into a file.

    Attributes:
        place: Where the files lie.
    """

    place: FilePlace

    def __call__(self, number, batches):
        """Write record batches, and return the name of the file and its rows."""
        import pyarrow as pa

        name, rows = f"part-{number:05}.arrow", 0
        first = next(batches, None)
        if first is None:
            return None, 0
        with self.place.create(name) as file, pa.ipc.new_file(file, first.schema) as sink:
            while first is not None:
                sink.write_batch(first)
                rows += first.num_rows
                first = next(batches, None)
        return name, rows


def read(place, name, start, stop):
    """Yield rows of an Arrow file as blocks, out of mapped memory where it is on a disk.

    Args:
        place: Where the files lie.
        name: The file.
        start: The first row.
        stop: The end.
    """
    import pyarrow as pa

    with place.open(name) as opened:
        number = pa.ipc.open_file(opened).num_record_batches
    at = 0
    for first in range(0, number, BATCHES_AT_ONCE):
        if at >= stop:
            break
        with place.open(name, mapped=True) as opened:
            file = pa.ipc.open_file(opened)
            batches = [file.get_batch(index) for index in range(first, min(number, first + BATCHES_AT_ONCE))]
            yield from of_batches(between(batches, start, stop, at))
            at += sum(batch.num_rows for batch in batches)


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "write")


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
