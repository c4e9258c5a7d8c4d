"""The Parquet files of a dataset on a disk or in a store, as they were when it was opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.datasets.format.manifest import NAME, SPLITS, read_manifest
from bench.datasets.format.reading import file_errors
from bench.errors import DatasetError
from bench.model import Dataset
from bench.stores.tree import ListedFile, OpenedFile, Tree

AGAIN = "something was written, replaced or taken away meanwhile: start again"


def listing(entries: Sequence[ListedFile]) -> str:
    """Return the digest of names, sizes and times (in whole seconds, which all stores tell) of a dataset's files."""
    facts = (f"{entry.path}\t{entry.bytes}\t{entry.modified_ns // 10**9}\n" for entry in entries if _is_ours(entry))
    return hashlib.sha256("".join(facts).encode()).hexdigest()


def _is_ours(entry: ListedFile) -> bool:
    return entry.path == NAME or (entry.path.startswith("split=") and entry.path.endswith(".parquet"))


class DataFiles:
    """The files of both splits, listed once; a file that changes while it is read is an error.

    In a directory, checksums find damage. An object in a store may be replaced by another whole one, which no checksum
    finds: so the listing must be that of the plan, and an object must have the same time and entity tag before and
    after it is read.
    """

    def __init__(self, dataset: Dataset) -> None:
        """List the files.

        Args:
            dataset: The dataset.

        Raises:
            DatasetError: The dataset lies in a store and has changed since it was opened; the sentence names the place.
            StorageError: The store cannot be reached.
        """
        self.tree, self._dataset = Tree(dataset.path, dataset.storage), dataset
        if not self.tree.remote:
            self._entries = {entry.path: entry for split in SPLITS for entry in self.tree.list(f"split={split}")}
            return
        found = self.tree.list()
        if dataset.listing and listing(found) != dataset.listing:
            raise DatasetError(f"{_difference(dataset, found)} since the dataset was opened: {AGAIN}.")
        self._entries = {entry.path: entry for entry in found if _is_ours(entry)}

    def paths(self, split: str) -> list[str]:
        """Return the paths of a split's Parquet files, sorted."""
        return [path for path in self._entries if path.startswith(f"split={split}/") and path.endswith(".parquet")]

    def planned(self, split: str) -> dict[str, tuple[int, ...]] | None:
        """Return from the manifest the rows of each row group of a split, by path, without opening an object.

        The answer is ``None`` for a directory, whose footers are as quick to read, for a manifest without these
        numbers, and for files without a manifest, which a pipeline hands over.
        """
        if not self.tree.remote or NAME not in self._entries:
            return None
        manifest = read_manifest(self._dataset.path, self._dataset.storage)
        if manifest.dataset.fingerprint != self._dataset.fingerprint:
            raise DatasetError(f"{_difference(self._dataset, list(self._entries.values()))}: {AGAIN}.")
        mine = {file.path: file.group_rows for file in manifest.files if file.path.startswith(f"split={split}/")}
        return dict(sorted(mine.items())) if all(mine.values()) else None

    def open(self, path: str, version: str | None = None) -> OpenedFile:
        """Open one file.

        Args:
            path: One of the paths that `paths` returns.
            version: Its entity tag, if it was opened before.

        Raises:
            DatasetError: The file is gone or was replaced.
        """
        with file_errors(self.tree.uri(path)):
            opened = self._open(path)
        written = self._entries[path].modified_ns // 10**9 if path in self._entries else None
        changed = opened.modified is not None and written is not None and opened.modified != written
        if changed or (version is not None and opened.version != version):
            raise DatasetError(f"The object {opened.uri} has changed since the dataset was opened: {AGAIN}.")
        return opened

    def _open(self, path: str) -> OpenedFile:
        try:
            return self.tree.open(path)
        except DatasetError as error:
            if path in self._entries and isinstance(error.__cause__, FileNotFoundError):
                gone = f"The object {self.tree.uri(path)} is gone since the dataset was opened: {AGAIN}."
                raise DatasetError(gone) from error
            raise

    @contextmanager
    def open_parquet(self, opened: OpenedFile, footer: Any = None) -> Iterator[Any]:
        """Give a ``ParquetFile`` that verifies every page, and name the file in every error.

        Args:
            opened: The file, as `open` returned it.
            footer: Its footer, if it is known.
        """
        import pyarrow.parquet as pq

        with (
            file_errors(opened.uri),
            opened.open_reader() as source,
            pq.ParquetFile(source, metadata=footer, pre_buffer=True, page_checksum_verification=True) as file,
        ):
            yield file


def _difference(dataset: Dataset, found: Sequence[ListedFile]) -> str:
    """Return the first difference from the manifest's names and sizes, as the beginning of a sentence."""
    there = {entry.path: entry.bytes for entry in found}
    manifest = read_manifest(dataset.path, dataset.storage)
    if manifest.dataset.fingerprint != dataset.fingerprint:
        return f"Another dataset lies at {dataset.path} (its fingerprint is {manifest.dataset.fingerprint[:12]})"
    for file in manifest.files:
        if file.path not in there:
            return f"The object {dataset.path}/{file.path} is gone"
        if there[file.path] != file.bytes:
            return f"The object {dataset.path}/{file.path} has changed"
    return f"An object of {dataset.path} was written anew"
