"""Recognises files that belong to a table whose own log says which of their rows are still there."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Sequence

from pyarrow import fs

from bench.datasets.format.manifest import NAME
from bench.errors import DatasetError
from bench.stores.filesystem import is_uri

# What lies in the table's directory beside its data files. Such files hold rows that were deleted or never committed.
_DELTA = "a Delta table"
_MARKS = {
    _DELTA: r"_delta_log",
    "an Iceberg table": r"metadata/[^/]+\.metadata\.json(\.gz)?",
    "a Hudi table": r"\.hoodie",
    "a Paimon table": r"snapshot/snapshot-\d+",
    "the output of a Spark stream": r"_spark_metadata",
}
_PATTERNS = {kind: re.compile(rf"(?P<place>.*)/{mark}(/.*)?") for kind, mark in _MARKS.items()}


def refuse_tables(opened: fs.FileSystem, path: str, inside: Iterable[fs.FileInfo], chosen: Sequence[str]) -> None:
    """See that no file to be imported belongs to a table with a log, or to a dataset of ours.

    Args:
        opened: The filesystem.
        path: The input as the user named it.
        inside: Everything that lies in the input, if it is a directory.
        chosen: Paths of the files that would be read; at least one.

    Raises:
        DatasetError: One does.
    """
    scheme = f"{path.partition('://')[0]}://" if is_uri(path) else ""
    for place, kind in _places([info.path for info in inside]).items():
        if any(file.startswith(f"{place}/") for file in chosen):
            raise DatasetError(_sentence(f"{scheme}{place}", kind))
    file = chosen[0] if is_uri(path) else os.path.realpath(chosen[0])
    for info in (info for info in _around(opened, path, file) if info.type != fs.FileType.NotFound):
        split = [file] if info.path.endswith(f"/{NAME}") else []
        for place, kind in _places([info.path, *split]).items():
            raise DatasetError(_sentence(f"{scheme}{place}", kind))


def _places(paths: Sequence[str]) -> dict[str, str]:
    """Return the directory of each table and dataset that the paths give away, with its kind."""
    found = {}
    for path in paths:
        for kind, pattern in _PATTERNS.items():
            if match := pattern.fullmatch(path):
                found[match["place"]] = kind
        directory, _, name = path.rpartition("/")
        if name == NAME and any(other.startswith(f"{directory}/split=") for other in paths):
            found[directory] = "ours"
    return found


def _around(opened: fs.FileSystem, path: str, file: str) -> list[fs.FileInfo]:
    """Return what lies at the places of logs and manifests in the directories above a file: it may be a part."""
    parts = file.split("/")[:-1]
    above = [directory for n in range(len(parts), 0, -1) if (directory := "/".join(parts[:n]))]
    logs = [f"{directory}/{name}" for directory in above for name in ("_delta_log", ".hoodie", "_spark_metadata")]
    logs += [f"{'/'.join(parts[:n])}/{NAME}" for n, part in enumerate(parts) if n and part.startswith("split=")]
    listed = [f"{directory}/{name}" for directory in above for name in ("metadata", "snapshot")]
    found: list[fs.FileInfo] = []
    # Credentials may be for the input only, and not for what lies above it.
    with contextlib.suppress(OSError if is_uri(path) else PermissionError):
        found += opened.get_file_info(logs)
        for directory in opened.get_file_info(listed):
            if directory.type == fs.FileType.Directory:
                found += opened.get_file_info(fs.FileSelector(directory.path))
    return found


def _sentence(place: str, kind: str) -> str:
    if kind == "ours":
        return (
            f"{place} is a dataset of bench already, whose rows are not imported again: use it as it is, with "
            f"--data {place}, or leave it out of what is imported."
        )
    if kind == _DELTA:
        return (
            f"{place} is {kind}, whose log says what rows it has: give {place} itself, and neither a part of it nor a "
            "directory above it."
        )
    return (
        f"{place} is {kind}, and its log, which says what rows it has, is not read here: write its present rows to "
        "a directory of plain Parquet, such as with Spark, and import that."
    )
