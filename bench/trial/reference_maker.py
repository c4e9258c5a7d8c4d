"""Makes the reference of a dataset.

    python -m bench.trial.reference_maker MODULE DATASET STORAGE SPARK DIRECTORY [MODEL]

MODULE names the module that trains and loads models, since the harness imports no framework. STORAGE is a `Storage`
as JSON. SPARK is the `SparkPlace` that scores the rows, as JSON, or ``null``: then this process does. The program
writes ``predictions.parquet`` to DIRECTORY and, without a MODEL, a model that it trains. The last line of the output is
the file name of the model; with exit code 3, it is the reason why MODEL cannot be used.

It reads the rows by plain code of its own, not by `bench.rows`: a mistake there shows in the scores of the strategies
and not in the reference.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets import open_dataset
from bench.datasets.format.manifest import SPLITS
from bench.datasets.makers.cluster.request import SparkPlace
from bench.machine.limits import cores_available
from bench.model import Dataset, Storage
from bench.rows.predictions import PredictionWriter, width
from bench.trial import plain_rows, reference_job
from bench.trial.prctl import die_with_parent
from bench.trial.references import CANNOT_BE_USED, PREDICTIONS

if TYPE_CHECKING:
    import numpy as np

ROWS_TO_TRAIN_ON = 1_000_000  # at most: the model need not be the best


def main(
    module: str, path: str, storage: Storage, directory: Path, given: Path | None, place: SparkPlace | None = None
) -> str:
    """Train a model, or load the given one, and score every row with it.

    Args:
        module: Name of the module that trains and loads models.
        path: Path or URI of the dataset.
        storage: How to reach it.
        directory: Directory of the results.
        given: The user's model, if there is one.
        place: Where Spark scores the rows; None for this process.

    Returns:
        File name of the model.

    Raises:
        ModelError: Of that module: the given model does not load or fit.
    """
    dataset, models, threads = open_dataset(path, storage), importlib.import_module(module), cores_available()
    model = given or models.train(dataset, rows_to_train_on(dataset), directory, threads)
    # The trained model is loaded from its file, too, so that the kept file has made the predictions; and it is loaded
    # here before Spark starts, so that one that does not fit is refused at once.
    score = models.load(model, dataset, threads)
    with PredictionWriter(directory / PREDICTIONS, width(dataset)) as predictions:
        if place:
            reference_job.write_scores(predictions, place, module, model, dataset)
        else:
            for row_ids, rows in plain_rows.batches(dataset, *SPLITS):
                predictions.write(row_ids, score(rows))
    return str(model.name)


def rows_to_train_on(dataset: Dataset) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield labels and features of row groups from all over the split, until there are 1,000,000 rows.

    Args:
        dataset: The dataset.
    """
    rows, share = 0, min(1.0, ROWS_TO_TRAIN_ON / dataset.train_rows)
    for labels, features in plain_rows.row_groups(dataset, "train", dataset.label, share):
        yield labels, features
        rows += len(labels)
        if rows >= ROWS_TO_TRAIN_ON:
            return


if __name__ == "__main__":
    die_with_parent()
    module, dataset, storage, spark, directory, *model = sys.argv[1:]
    given, facts = Path(*model) if model else None, json.loads(spark)
    place = SparkPlace(**{**facts, "conf": tuple(facts["conf"])}) if facts else None
    # What libraries leave there goes with what the caller removes, such as the modules that AutoGraph compiles.
    tempfile.tempdir = str(Path(directory).parent)
    try:
        name = main(module, dataset, Storage(**json.loads(storage)), Path(directory), given, place)
    except importlib.import_module(module).ModelError as error:
        sys.stdout.write(str(error))
        sys.exit(CANNOT_BE_USED)
    sys.stdout.write(name)
