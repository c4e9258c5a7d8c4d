"""The samples of tables that `bench advise` has made in the directory of datasets: their size, and their end."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.datasets.store import home
from bench.errors import DatasetError

DIRECTORY = ".ladder"  # in the directory of datasets


def place() -> Path:
    """Return the directory of all samples; it need not be there."""
    return home() / DIRECTORY


def size() -> int:
    """Return the bytes that the samples of all tables take."""
    return sum(path.lstat().st_size for path in place().rglob("*") if not path.is_dir())


def remove() -> int:
    """Remove the samples of all tables, and return the bytes that they took.

    Raises:
        DatasetError: A file cannot be removed.
    """
    freed = size()
    if place().exists():
        try:
            shutil.rmtree(place())
        except OSError as error:
            raise DatasetError(f"Cannot remove {error.filename}: {error.strerror}: remove it by hand.") from error
    return freed
