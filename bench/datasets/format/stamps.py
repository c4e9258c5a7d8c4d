"""The files of a registered table: their sizes and times, by which a change is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.errors import DatasetError
from bench.model import Storage
from bench.stores.filesystem import filesystem, store_errors

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
    return [
        {"bytes": info.size, "modified_ns": info.mtime_ns or 0} if info.is_file else {"bytes": -1, "modified_ns": -1}
        for info in found
    ]


def check_listing(registered: Mapping[str, Any]) -> None:
    """See that the files of a table are those that were registered; reads none of them.

    Args:
        registered: What the manifest says of the table.

    Raises:
        DatasetError: One has changed, or is gone.
        StorageError: The store cannot be reached.
    """
    files = registered["files"]
    now = stamps(registered["path"], Storage(**registered["storage"]), [file["path"] for file in files])
    for file, stamp in zip(files, now, strict=True):
        if stamp["bytes"] < 0:
            raise DatasetError(f"The file {file['path']} is gone since the table was registered: {AGAIN}.")
        if stamp != {name: file[name] for name in stamp}:
            raise DatasetError(f"The file {file['path']} has changed since the table was registered: {AGAIN}.")
