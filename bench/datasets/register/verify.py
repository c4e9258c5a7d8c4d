"""Compares the rows of a registered table with those that it had when it was registered."""

from __future__ import annotations

from bench.datasets.format.manifest import Manifest
from bench.datasets.format.stamps import AGAIN
from bench.datasets.makers.build import ProgressCallback, ignore_progress
from bench.datasets.register.scan import contents
from bench.datasets.register.table import open_view
from bench.errors import DatasetError


def verify_table(manifest: Manifest, progress: ProgressCallback = ignore_progress) -> None:
    """Read all rows of a registered table, and compare them with the fingerprint of each file.

    Args:
        manifest: Its manifest.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        DatasetError: A file is damaged or gone, or holds other rows; the sentence names it.
        StorageError: The store that holds it does not answer.
    """
    registered = manifest.registered
    for file, now in zip(registered["files"], contents(open_view(registered), progress), strict=True):
        if any(file[what] != value for what, value in now.items()):
            raise DatasetError(
                f"The file {file['path']} has the size and time of when the table was registered, and yet other rows: "
                f"{AGAIN}."
            )
