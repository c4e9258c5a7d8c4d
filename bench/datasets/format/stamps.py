"""The files of a registered table: their sizes and times, by which a change is seen."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bench.errors import DatasetError
from bench.model import Storage
from bench.stores.filesystem import filesystem, is_uri, store_errors
from bench.stores.traffic import own

AGAIN = "register the table again with --force"


def stamps(path: str, storage: Storage, files: Sequence[str]) -> list[dict[str, int]]:
    """Return ``bytes`` and ``modified_ns`` of each file; -1 for one that is gone.

    Args:
        path: The table's path or URI.
        storage: How to reach it, if it is a URI.
        files: Paths of the files, as the table's filesystem knows them.
    """
    with store_errors(path, storage):
        opened, _ = filesystem(path, storage)
        found = opened.get_file_info(list(files))
    if is_uri(path):
        own.add(len(found))
    return [
        {"bytes": info.size, "modified_ns": info.mtime_ns or 0} if info.is_file else {"bytes": -1, "modified_ns": -1}
        for info in found
    ]


def check_listing(registered: Mapping[str, Any], paths: Collection[str] | None = None) -> None:
    """See that the files of a table are those that were registered; reads none of them.

    Args:
        registered: What the manifest says of the table.
        paths: The files to look at; all if None.

    Raises:
        DatasetError: One has changed, or is gone.
        StorageError: The store cannot be reached.
    """
    files = [file for file in registered["files"] if paths is None or file["path"] in paths]
    now = stamps(registered["path"], Storage(**registered["storage"]), [file["path"] for file in files])
    for file, stamp in zip(files, now, strict=True):
        if stamp["bytes"] < 0:
            raise DatasetError(f"The file {file['path']} {_gone(registered)}: {AGAIN}.")
        if stamp != {name: file[name] for name in stamp}:
            raise DatasetError(f"The file {file['path']} has changed since the table was registered: {AGAIN}.")


def _gone(registered: Mapping[str, Any]) -> str:
    """Return what to say of a file that is not there: a disk may be another host's."""
    since = "is gone since the table was registered"
    since += ", as after a vacuum of the Delta table" if "delta" in registered else ""
    return since if is_uri(registered["path"]) else f"{since}, or {platform.node()} does not see its disk"
