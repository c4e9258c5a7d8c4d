"""Refuses files of ``torch.export.save`` that would run code of their own when they are loaded.

Such a file is an archive of a program of PyTorch's operators and of weights. It may also hold pickles, of objects or of
tensors with classes of their own, and compiled libraries (AOTInductor): ``torch.export.load`` runs them all.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from strategies.lib.networks.answers import ModelError

# Has `torch.load` read tensors and nothing else, also where PyTorch tries again with pickles.
WEIGHTS_ONLY = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
LIBRARIES = "aotinductor"
OBJECTS = ("custom_obj", "opaque_obj")
MOST_JSON_BYTES = 64 * 2**20


def refuse_code(path: Path) -> None:
    """See that an archive holds a program and weights only.

    Args:
        path: The file.

    Raises:
        ModelError: It holds more, or is damaged.
    """
    if not zipfile.is_zipfile(path):
        return  # no archive: its loader says so
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = [PurePosixPath(entry.filename) for entry in entries]
        if len(set(names)) < len(names):
            raise ModelError("it is an archive with two files of one name, of which each reader takes another.")
        for entry, name in zip(entries, names, strict=True):
            if LIBRARIES in name.parts:
                raise ModelError(f"it holds a compiled library ({LIBRARIES}), which would run here: {_REMEDY}")
            if name.name.startswith(OBJECTS) or _has_pickles(archive, entry):
                raise ModelError(f"it holds pickled objects, whose code would run here: {_REMEDY}")


_REMEDY = "save it by torch.export.save, with tensors as its only weights."


def _has_pickles(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Return whether a list of weights or constants says of any that it is a pickle."""
    if not entry.filename.endswith("_config.json"):
        return False
    if entry.file_size > MOST_JSON_BYTES:
        raise ModelError("its list of weights is larger than any network's.")
    try:
        listed = json.loads(archive.read(entry))["config"].values()
        return any(weight["use_pickle"] for weight in listed)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile) as error:
        raise ModelError("its list of weights is damaged: save it again.") from error


@contextmanager
def tensors_only() -> Iterator[None]:
    """Let `torch.load` read tensors and nothing else."""
    before = os.environ.get(WEIGHTS_ONLY)
    os.environ[WEIGHTS_ONLY] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[WEIGHTS_ONLY]
        else:
            os.environ[WEIGHTS_ONLY] = before
