"""Where trained models are kept, a directory or an object store, and how they come back."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.errors import StorageError, UsageError
from bench.model import Storage
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors
from bench.stores.tree import Tree


def normal_place(place: str) -> str:
    """Return a place for models as it is recorded: a URI, or an absolute path.

    Args:
        place: As it was given.
    """
    found = normal(place)
    return found if is_uri(found) else str(Path(found).absolute())


class ModelShelf:
    """A directory, or the prefix of an object store, for the models of any number of runs."""

    def __init__(self, place: str, storage: Storage) -> None:
        """Point to a place; nothing is made before there is a model.

        Args:
            place: Directory or URI.
            storage: How to reach it.
        """
        self._place, self._storage = normal_place(place).rstrip("/"), storage

    def keeper(self, run: str, name: str) -> Callable[[Path], str]:
        """Return the function that keeps a trial's model, a file or a directory, and returns its path or URI.

        Args:
            run: Name of the run.
            name: Name of the trial within it.

        Raises:
            StorageError: Of that function: the place cannot be written.
        """

        def keep(model: Path) -> str:
            target = f"{run}/{name}{model.suffix}"
            files = [file for file in sorted(model.rglob("*")) if file.is_file()] if model.is_dir() else [model]
            for file in files:
                below = file.relative_to(model).as_posix() if model.is_dir() else ""
                self._write(f"{target}/{below}" if below else target, file)
            return f"{self._place}/{target}"

        return keep

    def _write(self, name: str, file: Path) -> None:
        place = f"{self._place}/{name}"
        if not is_uri(self._place):
            try:
                Path(place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
            except OSError as error:
                raise StorageError(
                    f"{place} cannot be written ({error.strerror}): give another --save-model, or make room."
                ) from error
            return
        with store_errors(place, self._storage):
            opened, root = filesystem(self._place, self._storage)
            with opened.open_output_stream(f"{root}/{name}") as output:
                output.write(file.read_bytes())


def fetch(uri: str, storage: Storage, directory: Path) -> Path:
    """Copy a model from an object store to a disk, under the digest of its content, and return its path.

    Args:
        uri: Of a file, or of all files of a directory.
        storage: How to reach it.
        directory: Directory for models.

    Raises:
        UsageError: There is none.
        StorageError: The store cannot be reached.
    """
    place, _, name = normal(uri).rstrip("/").rpartition("/")
    tree = Tree(place, storage)
    listed = [entry.path for entry in tree.list() if f"{entry.path}/".startswith(f"{name}/")]
    if not listed:
        raise UsageError(f"{uri} holds no model: give --model the URI of a file or of a SavedModel's directory.")
    directory.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory(prefix=".", dir=directory) as temporary:
        for path in sorted(listed):
            content = tree.read(path)
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
            target = Path(temporary, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        kept = directory / digest.hexdigest()[:16]
        if not kept.exists():
            kept.mkdir()
            Path(temporary, name).rename(kept / name)
    return kept / name
