"""Finds the files of a user's table in a directory, on a disk and in a store alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyarrow import fs

from bench.datasets.makers.input_errors import source_errors
from bench.datasets.makers.orc_format import ORC
from bench.datasets.makers.parquet_format import PARQUET
from bench.datasets.makers.patterns import fixed_part, is_pattern, matches
from bench.datasets.makers.table_format import TableFormat
from bench.datasets.makers.tables import refuse_tables
from bench.errors import DatasetError
from bench.model import Storage

FORMATS: tuple[TableFormat, ...] = (PARQUET, ORC)


def list_files(
    opened: fs.FileSystem, base: str, path: str, storage: Storage
) -> tuple[list[fs.FileInfo], str, TableFormat]:
    """Return the files with data, sorted by path, the directory under which partitions begin, and the files' format.

    Args:
        opened: The filesystem.
        base: The input, as the filesystem knows it: a file, a directory or a pattern.
        path: The input as the user named it.
        storage: How it is reached.

    Raises:
        DatasetError: There is no such file, files are of two formats, or a table with a log has them.
        StorageError: The store that holds them does not answer.
    """
    wanted = base
    with source_errors(path, storage, path):
        found = opened.get_file_info(base)
        if found.type == fs.FileType.NotFound and is_pattern(base):
            base = fixed_part(base)
            found = opened.get_file_info(base)
        if found.type == fs.FileType.NotFound:
            raise DatasetError(
                f"There is nothing at {path}: give the path or URI of a file or directory of Parquet or ORC."
            )
        if found.type == fs.FileType.Unknown:
            raise DatasetError(f"{path} is no file but a pipe or a device: write what comes out of it to a file first.")
        if found.is_file:
            refuse_tables(opened, path, (), [base])
            return [found], base, _format(opened, [base], path)
        inside = opened.get_file_info(fs.FileSelector(base, recursive=True))
    # As Spark and pyarrow do: a name that starts with a dot or an underscore is no data.
    files = [file for file in inside if file.is_file and not re.search(r"/[._]", file.path[len(base.rstrip("/")) :])]
    files = [file for file in files if wanted == base or matches(file.path, wanted)]
    endings = tuple(ending for one in FORMATS for ending in one.endings)
    files = [file for file in files if file.path.endswith(endings)] or files
    if not files:
        raise DatasetError(f"There is no file of Parquet or ORC in {path}: give a directory that holds some.")
    with source_errors(path, storage, path):
        refuse_tables(opened, path, inside, [file.path for file in files])
        form = _format(opened, [file.path for file in files], path)
    return sorted(files, key=lambda file: file.path), base, form


def _format(opened: fs.FileSystem, files: Sequence[str], path: str) -> TableFormat:
    """Return the format that the files' names say, or else the beginning of the first one."""
    named = [one for one in FORMATS if any(file.endswith(one.endings) for file in files)]
    if len(named) > 1:
        raise DatasetError(
            f"There are files of Parquet and of ORC in {path}: name those of one format by a pattern, such as "
            f"'{path}/*{ORC.endings[0]}'."
        )
    if named:
        return named[0]
    with opened.open_input_file(files[0]) as begun:
        head = begun.read(len(ORC.magic))
    return ORC if head == ORC.magic else PARQUET
