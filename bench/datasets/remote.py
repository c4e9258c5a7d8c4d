"""Opens datasets in object stores by their footers, and copies datasets there."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bench.datasets.format.files import listing
from bench.datasets.format.manifest import NAME, Manifest, check_size, raw_sizes, read_manifest
from bench.datasets.format.reading import REMAKE, TAIL_BYTES
from bench.datasets.format.stamps import check_listing
from bench.errors import DatasetError, UsageError
from bench.model import Storage
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors
from bench.stores.tree import AT_ONCE, Tree


def open_remote(uri: str, storage: Storage) -> Manifest:
    """Open a dataset in a store; compare sizes with one listing, and footers by reading only them.

    Args:
        uri: The URI that holds its manifest.
        storage: How to reach it.

    Raises:
        DatasetError: There is no dataset, or an object is missing, damaged or of another version.
        StorageError: The store cannot be reached.
    """
    tree = Tree(uri, storage)
    entries = tree.list()
    if NAME not in {entry.path for entry in entries}:
        raise DatasetError(
            f"There is no dataset at {tree.path}: `bench data copy NAME {tree.path}` puts one there, and "
            f"`bench data import {tree.path} --label COL` makes one here of Parquet files."
        )
    manifest = read_manifest(tree.path, storage)
    if manifest.registered:
        check_listing(manifest.registered)
    sizes = {entry.path: entry.bytes for entry in entries}
    for file in manifest.files:
        check_size(tree.uri(file.path), sizes.get(file.path), file.bytes)
    for path, size in raw_sizes(manifest.dataset):
        check_size(tree.uri(path), sizes.get(path), size)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        digests = list(pool.map(lambda file: _footer_digest(tree, file.path), manifest.files))
    for file, found in zip(manifest.files, digests, strict=True):
        if found != file.footer_sha256:
            raise DatasetError(
                f"The file {tree.uri(file.path)} is damaged (not the footer that was written): {REMAKE}."
            )
    return replace(manifest, dataset=replace(manifest.dataset, listing=listing(entries)))


def _footer_digest(tree: Tree, path: str) -> str:
    """Return the SHA-256 of a Parquet file's footer, which is read in two ranges.

    Args:
        tree: Where it lies.
        path: Its path there.
    """
    opened = tree.open(path)
    with opened.open_reader() as file:
        size = file.seek(-TAIL_BYTES, os.SEEK_END) + TAIL_BYTES
        length = int.from_bytes(file.read(4), "little") + TAIL_BYTES
        file.seek(-min(length, size), os.SEEK_END)
        return hashlib.sha256(file.read()).hexdigest()


def copy(manifest: Manifest, uri: str, storage: Storage) -> Manifest:
    """Copy a dataset of this machine into a store; its manifest comes last, so that a half copy is no dataset.

    Of a registered table the manifest is all that there is to copy.

    Args:
        manifest: Of the dataset to copy.
        uri: The target; nothing may lie there yet.
        storage: How to reach it.

    Returns:
        The manifest of the copy.

    Raises:
        UsageError: It is no URI, or something lies there.
        StorageError: The store cannot be reached.
    """
    import pyarrow.fs as pafs

    uri = normal(uri)
    if manifest.registered and not is_uri(manifest.dataset.table):
        raise UsageError(
            f"The rows of {manifest.dataset.name} lie at {manifest.dataset.table}, which only this machine sees: put "
            "that into the store and register it there."
        )
    if not is_uri(uri):
        raise UsageError(f"{uri} is a path: copy a dataset on one machine with `cp -r`.")
    if Tree(uri, storage).list():
        raise UsageError(f"Something lies at {uri} already: choose another place, or take it away first.")
    target, root = filesystem(uri, storage)
    raw = manifest.dataset.raw.get("tables", {}).values()
    for path in [*raw, *(file.path for file in manifest.files), NAME]:
        with store_errors(f"{uri}/{path}", storage):
            pafs.copy_files(
                f"{manifest.dataset.path}/{path}",
                f"{root}/{path}",
                source_filesystem=pafs.LocalFileSystem(),
                destination_filesystem=target,
            )
    return open_remote(uri, storage)
