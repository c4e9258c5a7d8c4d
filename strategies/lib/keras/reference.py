"""Makes the reference of a dataset: ``python -m strategies.lib.keras.reference DATASET STORAGE DIRECTORY [MODEL]``.

STORAGE is a `Storage` as JSON. DIRECTORY gains ``predictions.parquet``, and without a MODEL ``model.keras``, trained
here. The last line of the output is the file name of the model; or, with exit code 3, a clause that says why MODEL
cannot be used.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from bench import Dataset, PredictionWriter
from bench.datasets import open_dataset
from bench.datasets.format.files import DataFiles
from bench.model import Storage
from bench.trial.prctl import die_with_parent
from bench.trial.references import CANNOT_BE_USED, PREDICTIONS
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network

EPOCHS, BATCH_SIZE, LEARNING_RATE, SEED = 2, 1024, 1e-3, 0
ROWS_TO_TRAIN_ON = 1_000_000  # at most: what is scored with need not be the best
ROWS_AT_ONCE = 10_000


def main(path: str, storage: Storage, directory: Path, given: Path | None) -> str:
    """Train a model, or load the given one, and score every row with it.

    Args:
        path: The dataset's, or its URI.
        storage: How to reach it.
        directory: Where to put the results.
        given: The user's model.

    Returns:
        File name of the model.

    Raises:
        ModelError: The given model does not load or fit.
    """
    from bench.machine.limits import cores_available

    dataset = open_dataset(path, storage)
    tf = network.start(cores_available())
    if given is None:
        trained = train(tf, dataset)
        trained.save(directory / "model.keras")
    # The trained one is loaded as well: what is scored with is what is in the file.
    model = model_file.load(given or directory / "model.keras")
    model_file.check(model, len(dataset.features))
    with PredictionWriter(directory / PREDICTIONS) as predictions:
        for row_ids, rows in plainly_read(dataset):
            scores = model(rows, training=False).numpy().reshape(-1)
            if not ((scores >= 0) & (scores <= 1)).all():
                raise model_file.ModelError("some of its outputs are no probabilities: it must end with a sigmoid.")
            predictions.write(row_ids, scores)
    return given.name if given else "model.keras"


def train(tf: Any, dataset: Dataset) -> Any:
    """Train the MLP for a few epochs, by Keras' own ``fit`` on arrays, and return it."""
    import numpy as np

    tf.keras.utils.set_random_seed(SEED)
    parts = list(to_train_on(dataset))
    features = np.concatenate([rows for _, rows in parts])
    labels = np.concatenate([labels for labels, _ in parts])
    model = network.mlp(tf, dataset, SEED)
    network.compile_mlp(tf, model, LEARNING_RATE)
    model.fit(features, labels, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    return model


def to_train_on(dataset: Dataset) -> Any:
    """Yield labels and features of the first row groups of each file, and of no more files than that takes."""
    rows, share = 0, min(1.0, ROWS_TO_TRAIN_ON / dataset.train_rows)
    for labels, features in _row_groups(dataset, "train", dataset.label, share):
        yield labels, features
        rows += len(labels)
        if rows >= ROWS_TO_TRAIN_ON:
            return


def plainly_read(dataset: Dataset) -> Any:
    """Yield row ids and features of both splits, 10,000 rows at a time."""
    for split in ("train", "test"):
        for row_ids, rows in _row_groups(dataset, split, "row_id"):
            for start in range(0, len(rows), ROWS_AT_ONCE):
                yield row_ids[start : start + ROWS_AT_ONCE], rows[start : start + ROWS_AT_ONCE]


def _row_groups(dataset: Dataset, split: str, beside: str, share: float = 1.0) -> Any:
    """Yield a column and the features of the first so many row groups of each file."""
    import numpy as np

    files = DataFiles(dataset)
    for path in files.paths(split):
        with files.parquet(files.open(path)) as file:
            for number in range(math.ceil(share * file.num_row_groups)):
                table = file.read_row_group(number, columns=[beside, *dataset.features])
                yield table[beside].to_numpy(), np.column_stack([table[name].to_numpy() for name in dataset.features])


if __name__ == "__main__":
    die_with_parent()
    try:
        dataset, storage, directory, *model = sys.argv[1:]
        sys.stdout.write(
            main(dataset, Storage(**json.loads(storage)), Path(directory), Path(*model) if model else None)
        )
    except model_file.ModelError as error:
        sys.stdout.write(str(error))
        sys.exit(CANNOT_BE_USED)
