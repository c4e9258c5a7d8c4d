"""Where predictions are written: a directory or an object store; and how they come back to be graded."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import StorageError
from bench.stores.filesystem import filesystem, is_uri, store_errors
from bench.stores.tree import Tree

if TYPE_CHECKING:
    from bench.model import Place, Storage, Trial


def feature_place(predictions: Place) -> Place:
    """Return the place for a pipeline's files of features beside its predictions; the harness removes them at the end.

    Args:
        predictions: The place of the trial's predictions, ``trial.write_to``.
    """
    return replace(predictions, path=f"{predictions.path}.features")


def write(trial: Trial, predictions: Path) -> str:
    """Bring predictions to the place that the trial names, and return that; to the scratch directory by default.

    Args:
        trial: The trial.
        predictions: Parquet file or directory.

    Raises:
        StorageError: The place cannot be written.
    """
    if trial.write_to is None:
        return str(predictions)
    files = sorted(predictions.rglob("*.parquet")) if predictions.is_dir() else [predictions]
    place = trial.write_to
    for number, file in enumerate(files):
        name = f"part-{number:05}.parquet"
        _copy(file, f"{place.path}/{name}", place.storage)
    return place.path


def _copy(file: Path, target: str, storage: Storage) -> None:
    import pyarrow.fs as pafs

    if is_uri(target):
        opened, root = filesystem(target, storage)
        with store_errors(target, storage):
            pafs.copy_files(str(file), root, source_filesystem=pafs.LocalFileSystem(), destination_filesystem=opened)
        return
    try:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        # A file that only appears whole, as a job leaves it.
        shutil.copyfile(file, f"{target}.part")
        os.replace(f"{target}.part", target)
    except OSError as error:
        raise StorageError(
            f"{target} cannot be written ({error.strerror}): give another --predictions, or make room."
        ) from error


@contextmanager
def fetched(place: str, storage: Storage) -> Iterator[Path]:
    """Give predictions as files on this machine's disk, wherever they lie.

    Args:
        place: Path or URI.
        storage: How to reach it.

    Raises:
        StorageError: The store cannot be reached.
    """
    if not is_uri(place):
        yield Path(place)
        return
    tree = Tree(place, storage)
    with tempfile.TemporaryDirectory(prefix="bench-read-") as directory:
        for entry in tree.list():
            if entry.path.endswith(".parquet"):
                Path(directory, Path(entry.path).name).write_bytes(tree.read(entry.path))
        yield Path(directory)
