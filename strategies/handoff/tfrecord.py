"""Tasks write TFRecord files by TensorFlow's own writer, and each trainer reads its share by tf.data.

Knobs: one ``tf.train.Example`` for each row, with all features in one list of floats, as TensorFlow's guide has it (a
feature for each column, as the connectors for Spark write it, takes 15 times as long); a file for each partition,
not compressed; trainers parse 8,192 examples at a time. The connectors themselves need a jar from Maven. The files lie
in the trial's scratch directory, or at ``--shared``: on a cluster where all hosts see them. TensorFlow itself reads no
object store; in one they are written and fetched by Arrow's file systems.

TensorFlow's guide: https://www.tensorflow.org/tutorials/load_data/tfrecord
"""

from dataclasses import dataclass
from functools import partial

from bench import hookimpl, scaling
from bench.rows import FilePlace, file_place
from strategies.lib.handoff import files
from strategies.lib.handoff import session as sessions
from strategies.lib.handoff.blocks import of_batches
from strategies.lib.handoff.deliveries import FileRows
from strategies.lib.handoff.facts import facts

ROWS_AT_ONCE = 8192
LABEL, FEATURES = "label", "features"


@hookimpl
def bench_strategy():
    return facts(
        "input pipelines of TensorFlow that read the same files for every model",
        needs=("tensorflow",),
        extras="tensorflow,spark",
    )


@hookimpl
def bench_setup(trial):
    return files.start(trial, "tensorflow")


@hookimpl
def bench_handoff(trial, session):
    place = file_place(trial)
    with trial.phase("write"):
        names, counts = files.write_by_tasks(trial, place, session.frame, ExampleWriter(place))
    read_them = partial(read, place, len(session.frame.columns) - 1)
    return FileRows(session.trainers, files.FileShares(names, counts, read_them))


@dataclass(frozen=True)
class ExampleWriter:
    """Writes the rows of a task into a file.

    Attributes:
        place: Where the files lie.
    """

    place: FilePlace

    def __call__(self, number, batches):
        """Write record batches, and return the name of the file and its rows."""
        import tensorflow as tf

        name, written = f"part-{number:05}.tfrecord", 0
        with self.place.create_on_disk(name) as path, tf.io.TFRecordWriter(str(path)) as writer:
            for features, labels in of_batches(batches):
                for row, label in zip(features.tolist(), labels.tolist(), strict=True):
                    writer.write(example(row, label))
                written += len(labels)
        return name, written


def example(row, label):
    """Return a row as the bytes of a ``tf.train.Example``."""
    import tensorflow as tf

    of_floats = tf.train.FloatList
    values = {
        FEATURES: tf.train.Feature(float_list=of_floats(value=row)),
        LABEL: tf.train.Feature(float_list=of_floats(value=[label])),
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


def read(place, features, name, start, stop):
    """Yield rows of a TFRecord file as blocks.

    Args:
        place: Where the files lie.
        features: Features of a row.
        name: The file.
        start: The first row.
        stop: The end.
    """
    import tensorflow as tf

    wanted = {
        FEATURES: tf.io.FixedLenFeature([features], tf.float32),
        LABEL: tf.io.FixedLenFeature([], tf.float32),
    }
    with place.on_disk(name) as path:
        records = tf.data.TFRecordDataset(str(path)).skip(start).take(stop - start)
        parsed = records.batch(ROWS_AT_ONCE).map(lambda some: tf.io.parse_example(some, wanted)).prefetch(1)
        for block in parsed.as_numpy_iterator():
            yield block[FEATURES], block[LABEL]


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "write")


@hookimpl
def bench_teardown(session):
    sessions.stop(session)
