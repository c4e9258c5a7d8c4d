"""Tells from a model's file which framework it is of, without an import of any."""

from __future__ import annotations

import zipfile
from pathlib import Path

KERAS, TORCH = "Keras", "PyTorch"


def framework_of(path: Path) -> str:
    """Return the name of the framework that has written a model's file.

    Archives of PyTorch hold a number that says in which order their bytes are; none of Keras' files does.

    Args:
        path: The file or directory; one that is nobody's is taken for Keras', whose loader says what is wrong.
    """
    if path.is_dir() or not zipfile.is_zipfile(path):
        return KERAS
    with zipfile.ZipFile(path) as archive:
        return TORCH if any(name.endswith("/.data/serialization_id") for name in archive.namelist()) else KERAS
