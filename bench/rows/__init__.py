"""Reads rows from a disk or an object store, and writes scores, for strategies; imports nothing heavy.

    from bench import rows

    train = rows.open(trial.dataset, "train")
    features, labels, weights = train.shard(rank, world).matrix(trial.threads_per_worker)     # all rows in memory, or
    for features, labels, weights in train.labelled_batches():                                # a batch at a time
        ...
    return rows.write_scores(trial, model.predict)

Processes that a strategy starts on other hosts read the same way, after `Keys.use`: the driver makes the keys with
`driver_keys` and sends them along, and `take_traffic` and `add_traffic` carry back their requests to the store.
"""

from bench.rows.arrays import aligned_matrix
from bench.rows.groups import RowGroup
from bench.rows.held import HeldRows, held, hold, hold_share
from bench.rows.parts import write_part
from bench.rows.places import feature_place
from bench.rows.places import write as write_predictions
from bench.rows.predictions import PredictionWriter, width
from bench.rows.raw import raw_batches, raw_path, raw_schema, read_raw
from bench.rows.reading import Rows, import_libraries
from bench.rows.reading import open_rows as open  # noqa: A004 - like gzip.open, always called with its module's name
from bench.rows.scoring import write_scores
from bench.rows.shared import FilePlace, file_place
from bench.rows.workers import Keys, add_traffic, driver_keys, take_traffic

__all__ = [
    "FilePlace",
    "HeldRows",
    "Keys",
    "PredictionWriter",
    "RowGroup",
    "Rows",
    "add_traffic",
    "aligned_matrix",
    "driver_keys",
    "feature_place",
    "file_place",
    "held",
    "hold",
    "hold_share",
    "import_libraries",
    "open",
    "raw_batches",
    "raw_path",
    "raw_schema",
    "read_raw",
    "take_traffic",
    "width",
    "write_part",
    "write_predictions",
    "write_scores",
]
