"""Our code on its way to executors: one zip archive of what the strategy is made of, named by its content."""

from __future__ import annotations

import hashlib
import importlib.util
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import plugins

if TYPE_CHECKING:
    from bench import Trial


PURE_PYTHON = ("pluggy", "threadpoolctl")  # what our own code needs beside frameworks; small enough to go along


def archive(trial: Trial) -> Path:
    """Write the packages ``bench`` and ``strategies``, and the strategy's own, into a zip archive in the scratch.

    Python imports from it where Spark has put it on the path; frameworks are not in it (`bench pack` makes an archive
    of a whole environment).

    Args:
        trial: Gives the strategy and the scratch directory.
    """
    roots = dict.fromkeys(["bench", "strategies", *PURE_PYTHON, plugins.module_of(trial.strategy).partition(".")[0]])
    files = [(name, content) for root in roots for name, content in _files(root)]
    digest = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()[:12]
    path = trial.scratch / f"bench-{digest}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            packed.writestr(name, content)
    return path


def _files(root: str) -> list[tuple[str, bytes]]:
    """Return the files of a top-level package or module: their places under the path, and their content."""
    spec = importlib.util.find_spec(root)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{root} has no file that could be sent to executors", name=root)
    origin = Path(spec.origin)
    if not spec.submodule_search_locations:
        return [(origin.name, origin.read_bytes())]
    directory = origin.parent
    found = (file for file in sorted(directory.rglob("*")) if file.is_file() and file.suffix not in (".pyc", ".so"))
    return [(f"{root}/{file.relative_to(directory).as_posix()}", file.read_bytes()) for file in found]
