"""Registers a plain table that is given where a dataset is asked for, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bench.datasets.format import manifest as manifests
from bench.datasets.makers.ingest import default_name, whole_path
from bench.datasets.makers.source import TableSource, open_source
from bench.datasets.register.register import register_table
from bench.datasets.store import home, open_dataset
from bench.errors import DatasetError, UsageError
from bench.model import Dataset, Storage

LABELS = ("label", "target", "y")  # what a column that is to be predicted is called, in small letters
_SHOWN = 20


def register_plain(path: str, storage: Storage, label: str, tell: Callable[[str], None]) -> Dataset:
    """Return the dataset that a plain table is registered as.

    Args:
        path: The table's path or URI, or a pattern.
        storage: How to reach it, if it is a URI.
        label: Name of the column to predict; empty: the only one that is called as one of `LABELS`.
        tell: Takes a sentence that says what was done.

    Raises:
        UsageError: No label is named, or another dataset has the name that this one would get.
        DatasetError: The table cannot be used as it is.
        StorageError: The store that holds it does not answer.
    """
    path = whole_path(path, storage)
    source = open_source(path, storage)
    label = label or _label(source)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{default_name(path)}-{label}").strip("._-")
    command = f"`bench data register {path} --label {label}`"
    if (home() / name / manifests.NAME).is_file():
        manifest = manifests.read_manifest(home() / name)
        _check_same(manifest.registered, source, name, label)
        tell(f"{path} is a plain table, and registered as the dataset {name!r} already.")
        return open_dataset(name)
    try:
        found = register_table(path, label, name=name, storage=storage).dataset
    except DatasetError as error:
        raise DatasetError(f"{path} is a plain table, of which {command} says: {error}") from error
    tell(
        f"{path} is a plain table: it is registered as the dataset {name!r}, of kind {found.problem}, whose label is "
        f"{label!r}; {command} has options for all that."
    )
    return found


def _label(source: TableSource) -> str:
    found: list[str] = [name for name in source.schema.names if name.casefold() in LABELS]
    if len(found) == 1:
        return found[0]
    names, more = source.schema.names[:_SHOWN], len(source.schema.names) - _SHOWN
    which = f"{' and '.join(found)} may each be its label" if found else f"no column is called {', '.join(LABELS)}"
    raise UsageError(
        f"{source.path} is a plain table, and {which}: say which column is to be predicted, by `bench run --data … "
        f"--label COL` or `bench data register {source.path} --label COL`, out of {', '.join(names)}"
        f"{f' and {more} more' if more > 0 else ''}."
    )


def _check_same(registered: Mapping[str, Any], source: TableSource, name: str, label: str) -> None:
    """See that a dataset is the registered table that is asked for, with the files that this has now.

    Raises:
        UsageError: It is something else.
        DatasetError: Files have come or gone since, or another version of a Delta table.
    """
    command = f"`bench data register {source.path} --label {label} --name"
    recipe = registered.get("recipe", {})
    if (registered.get("path"), recipe.get("label", {}).get("column")) != (source.path, label):
        raise UsageError(
            f"There is a dataset {name!r} already, of something else: say {command} NAME`, and give that name to "
            "--data."
        )
    # Files of partitions that a condition left out are not in the manifest, and nobody misses them.
    then = {file["path"] for file in registered["files"]}
    others = {piece.file.path for piece in source.pieces} - then if not registered["where"] else set()
    if others or source.version != registered.get("delta", {}).get("version"):
        raise DatasetError(
            f"{source.path} has other files than when it was registered as {name!r}: say {command} {name} --force` to "
            f"use them, or --data {name} for those of then."
        )
