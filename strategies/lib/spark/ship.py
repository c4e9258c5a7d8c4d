"""Our code on its way to executors: one zip archive of all packages of a strategy, named by its content."""

from __future__ import annotations

import hashlib
import importlib.util
import zipfile
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from bench import module_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench import Trial

OURS = ("bench", "strategies")
PURE_PYTHON = ("pluggy", "threadpoolctl")  # our own code needs them beside frameworks; small enough to go along
LEFT_OUT = (".pyc", ".so")


def write_archive(trial: Trial) -> Path:
    """Write the packages ``bench`` and ``strategies``, and the strategy's own, into a zip archive, and return its path.

    Python imports from it where Spark has put it on the path; frameworks are not in it (`bench pack` makes an archive
    of a whole environment).

    Args:
        trial: Gives the strategy and the scratch directory.
    """
    roots = dict.fromkeys([*OURS, *PURE_PYTHON, module_of(trial.strategy).partition(".")[0]])
    files = [(name, content) for root in roots for name, content in _files(root)]
    digest = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()[:12]
    path = trial.scratch / f"bench-{digest}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            packed.writestr(name, content)
    return path


def digest(package: str) -> str:
    """Return a digest of every file of a package, wherever this process imports it from: a directory or an archive.

    Args:
        package: Name of the package.
    """
    content = hashlib.sha256()
    for name, file in _walk(resources.files(package), package):
        content.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return content.hexdigest()[:12]


def _files(root: str) -> list[tuple[str, bytes]]:
    """Return the files of a top-level package or module: their places under the path, and their content."""
    spec = importlib.util.find_spec(root)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{root} has no file that could be sent to executors", name=root)
    if not spec.submodule_search_locations:
        origin = Path(spec.origin)
        return [(origin.name, origin.read_bytes())]
    return [(name, file.read_bytes()) for name, file in _walk(resources.files(root), root)]


def _walk(directory: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    """Yield the files below a directory, in the order of their names, which are those of the archive."""
    for entry in sorted(directory.iterdir(), key=lambda entry: entry.name):
        place = f"{name}/{entry.name}"
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _walk(entry, place)
        elif not entry.name.endswith(LEFT_OUT):
            yield place, entry
