"""The reference of predict trials: a model for a dataset, with its predictions; made once, kept beside it.

The harness imports no framework: a process of its own trains the model, or loads the user's, and scores every row with
the plainest correct code, or has Spark do so.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import click

from bench.datasets import home
from bench.datasets.makers.cluster.request import SparkPlace
from bench.errors import DatasetError, UsageError
from bench.machine import commands, variables
from bench.machine.scratch import scratch_directory, sweep
from bench.model import Dataset, Reference
from bench.request import Request
from bench.spark import conf
from bench.stores.filesystem import is_uri

MAKER, MODELS = "bench.trial.reference_maker", "strategies.lib.scoring.reference"
OWN = "mlp"
FACTS, PREDICTIONS = "facts.json", "predictions.parquet"
CANNOT_BE_USED = 3  # the maker's exit code when its output is a sentence for a person


def ensure_for(request: Request, dataset: Dataset) -> Reference:
    """Return the reference that a request scores with; where the rows lie in a store, its cluster scores them.

    Args:
        request: The request.
        dataset: The dataset.

    Raises:
        UsageError: The request's model does not load, or does not fit the dataset.
        DatasetError: It cannot be kept beside the dataset.
    """
    return ensure(dataset, Path(request.model) if request.model else None, _cluster(request, dataset))


def _cluster(request: Request, dataset: Dataset) -> SparkPlace | None:
    """Return the request's cluster if all its hosts can read the rows; on this machine Spark only costs its start."""
    if request.master is None or conf.is_local(request.master) or not is_uri(dataset.table or dataset.path):
        return None
    return SparkPlace(request.master, request.cores, request.spark_conf, request.spark_conf_file)


def ensure(dataset: Dataset, model: Path | None = None, place: SparkPlace | None = None) -> Reference:
    """Return the reference of a dataset; make it if there is none yet.

    Args:
        dataset: The dataset.
        model: The user's own model, of Keras or PyTorch, the absolute path of a file or a SavedModel's directory; by
            default a small one that is trained on the dataset.
        place: Where Spark scores the rows; None for one process of this machine.

    Raises:
        UsageError: The model does not load, or does not fit the dataset.
        DatasetError: It cannot be kept beside the dataset.
    """
    name = OWN if model is None else content_digest(model)[:16]
    kept = _place(dataset) / name
    return _read_kept(kept, dataset, model) or _make_and_keep(kept, dataset, model, place)


def _place(dataset: Dataset) -> Path:
    """Return the directory for a dataset's references: beside it; for one in a store, among the datasets."""
    if is_uri(dataset.path):
        return home() / ".references" / dataset.fingerprint
    return Path(dataset.path, "reference")


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of the files of a directory and their names, in hexadecimal."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(str(file.relative_to(path)).encode() + b"\0")
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def _read_kept(directory: Path, dataset: Dataset, model: Path | None) -> Reference | None:
    """Return the reference in a directory, if it is of this dataset and no file of it has changed."""
    try:
        facts = json.loads((directory / FACTS).read_text())
        reference = Reference(model or directory / facts["file"], directory / PREDICTIONS, facts["model"])
        present = _facts(dataset, reference, facts["file"])
    except (OSError, ValueError, KeyError):
        return None
    return reference if facts == present else None


def _facts(dataset: Dataset, reference: Reference, file: str) -> dict[str, str]:
    return {
        "dataset": dataset.fingerprint,
        "file": file,
        "model": content_digest(reference.model),
        "predictions": content_digest(reference.predictions),
    }


def _make_and_keep(kept: Path, dataset: Dataset, model: Path | None, place: SparkPlace | None) -> Reference:
    click.echo("Scoring every row once with the reference model, to compare with: a minute or so.", err=True)
    try:
        kept.parent.mkdir(exist_ok=True, parents=is_uri(dataset.path))
        sweep(".", kept.parent)
        with scratch_directory(".reference-", kept.parent) as temporary:
            directory = temporary / "reference"
            directory.mkdir()
            file = _call_maker(dataset, model, directory, place)
            reference = Reference(model or directory / file, directory / PREDICTIONS, "")
            facts = _facts(dataset, reference, file)
            (directory / FACTS).write_text(json.dumps(facts))
            # Another run may have made one meanwhile, and may be using it.
            if made := _read_kept(kept, dataset, model):
                return made
            if kept.exists():
                shutil.rmtree(kept)
            directory.rename(kept)
    except OSError as error:
        raise DatasetError(
            f"The reference cannot be kept in {kept.parent} ({error.strerror}): make room there, or copy the dataset."
        ) from error
    return Reference(model or kept / file, kept / PREDICTIONS, facts["model"])


def _call_maker(dataset: Dataset, model: Path | None, directory: Path, place: SparkPlace | None) -> str:
    """Let the maker score, and train if no model is given; return the file name of the model."""
    storage, spark = json.dumps(asdict(dataset.storage)), json.dumps(place and asdict(place))
    given = [str(model)] if model else []
    command = [sys.executable, "-m", MAKER, MODELS, dataset.path, storage, spark, str(directory), *given]
    local = place is None or place.master.startswith("local")
    outcome = commands.run(command, environ=variables.for_trial(os.environ, local=local))
    answer = commands.last_line(outcome.printed, "")
    if outcome.code == CANNOT_BE_USED:
        raise UsageError(f"The model {model} cannot be used: {answer}")
    if outcome.code:
        last = commands.last_line(outcome.complaints)
        raise UsageError(f"The reference model could not be made, and the last that was said is: {last}")
    return answer
