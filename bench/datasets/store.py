"""The directory of datasets: finds them by name, checks them, and puts new ones in place in one step."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.datasets.format import manifest as manifests
from bench.datasets.format.description import pack
from bench.datasets.format.manifest import Manifest, check_size, raw_sizes
from bench.datasets.format.reading import REMAKE, footer_digest, headers_digest
from bench.datasets.format.stamps import check_listing
from bench.datasets.remote import open_remote
from bench.errors import DatasetError, UsageError
from bench.machine.scratch import RANDOM_END, scratch_directory, sweep
from bench.model import Dataset, Storage
from bench.stores.filesystem import is_uri, normal

DEFAULT = "flights"
# Made where they are asked for and are not there yet.
INCLUDED = (DEFAULT, "flights-class", "flights-delay", "flights-raw")
_REPLACED = "replaced"  # in the hidden directory of a new dataset: the one that it takes the place of
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def home() -> Path:
    """Return the directory of the datasets: ``$BENCH_DATA``, or the user's data directory.

    Raises:
        UsageError: The user has no home, and ``BENCH_DATA`` is not set.
    """
    given = os.environ.get("BENCH_DATA")
    if given:
        return Path(given).absolute()
    import platformdirs

    if os.path.expanduser("~") == "~" and not os.environ.get("XDG_DATA_HOME"):
        raise UsageError("This user has no home directory: set BENCH_DATA to a directory for datasets.")
    return Path(platformdirs.user_data_dir("tf-spark-bench", appauthor=False)) / "datasets"


def locate(name_or_path: str) -> Path:
    """Return the directory that a dataset's name or path stands for; it need not be there.

    Args:
        name_or_path: A name under `home`; or a path, which has a slash or holds a manifest.

    Raises:
        UsageError: It is neither a name nor a path.
    """
    name_or_path = normal(name_or_path)
    if os.sep in name_or_path or (Path(name_or_path) / manifests.NAME).is_file():
        return Path(name_or_path).absolute()
    return home() / checked_name(name_or_path)


def checked_name(name: str) -> str:
    """Return a dataset's name unchanged, if it is a valid one.

    Raises:
        UsageError: It is no valid name.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be a dataset's name: use letters, digits, dots, dashes and underscores.")
    return name


def names() -> list[str]:
    """Return the names of the datasets under `home`, sorted."""
    return sorted(path.parent.name for path in home().glob(f"*/{manifests.NAME}") if _NAME.fullmatch(path.parent.name))


def open_dataset(name_or_path: str, storage: Storage | None = None) -> Dataset:
    """Find a dataset and check that its files are those that its manifest describes.

    Sizes, footers and, on a disk, page headers are compared. No page is read: a checksum finds a damaged page when it
    is read.

    Args:
        name_or_path: A name under `home`; or a path, which has a slash or holds a manifest; or a URI.
        storage: How to reach it, if it is a URI.

    Raises:
        UsageError: It is neither a name nor a path nor a URI.
        DatasetError: There is no such dataset, or a file is missing, damaged or of another version.
        StorageError: The store cannot be reached.
    """
    return open_manifest(name_or_path, storage).dataset


def open_manifest(name_or_path: str, storage: Storage | None = None) -> Manifest:
    """Do what `open_dataset` does, and return the whole manifest."""
    if is_uri(name_or_path):
        return open_remote(name_or_path, storage or Storage())
    path = locate(name_or_path)
    if not (path / manifests.NAME).is_file() and path.parent == home():
        how = f"`bench data make {path.name}`" if path.name in INCLUDED else "`bench data make` or `bench data import`"
        raise DatasetError(f"There is no dataset {path.name!r}: `bench data list` shows all, and {how} makes one.")
    manifest = manifests.read_manifest(path)
    if manifest.registered:
        check_listing(manifest.registered)
        return replace(manifest, dataset=replace(manifest.dataset, description=pack(manifest.registered)))
    for file in manifest.files:
        _check(path / file.path, file)
    for table, size in raw_sizes(manifest.dataset):
        check_size(str(path / table), _size(path / table), size)
    return manifest


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _check(path: Path, file: manifests.DataFile) -> None:
    check_size(str(path), _size(path), file.bytes)
    for part, digest, written in (
        ("footer", footer_digest, file.footer_sha256),
        ("page headers", headers_digest, file.headers_sha256),
    ):
        if digest(str(path)) != written:
            raise DatasetError(f"The file {path} is damaged (not the {part} that were written): {REMAKE}.")


@contextmanager
def stage_dataset(name: str, *, force: bool = False, under: Path | None = None) -> Iterator[Path]:
    """Give a hidden directory that becomes the dataset when the block ends well, and is removed otherwise.

    Args:
        name: Name of the dataset.
        force: Whether a dataset of that name is replaced.
        under: Directory of datasets; `home` if not given.

    Raises:
        UsageError: The name cannot be one, or is taken.
        DatasetError: The disk is full or cannot be written to.
    """
    target = (under or home()) / checked_name(name)
    try:
        sweep(".", target.parent, _put_back)
        if target.exists() and not force:
            raise UsageError(f"There is a dataset {name!r} already: give another --name, or --force to replace it.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with scratch_directory(f".{name}.", target.parent) as temporary:
            directory = temporary / name
            directory.mkdir()
            yield directory
            _put(directory, target, temporary / _REPLACED, force=force)
    except OSError as error:
        raise _unwritable(error, target) from error


def _put(directory: Path, target: Path, replaced: Path, *, force: bool) -> None:
    try:
        if force and target.exists():
            target.rename(replaced)
        directory.rename(target)
    except BaseException:
        if replaced.exists() and not target.exists():
            replaced.rename(target)
        raise


def _put_back(hidden: Path) -> None:
    """Put back what a process moved to a hidden directory that was killed before the new one was in place."""
    name = re.sub(rf"^\.|\.{RANDOM_END}$", "", hidden.name)
    replaced, successor, target = hidden / _REPLACED, hidden / name, hidden.parent / name
    # Without its successor it was replaced: where nothing has that name now, a user took the new one away.
    if replaced.exists() and successor.exists() and not target.exists():
        replaced.rename(target)


def _unwritable(error: OSError, target: Path) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(target.parent).free
        return DatasetError(
            f"The disk that holds {target.parent} is full ({free / 1e6:,.0f} MB free): make room there, or set "
            "BENCH_DATA to a directory on another disk."
        )
    if error.errno == errno.EFBIG:
        return DatasetError(
            f"A file in {target.parent} would be larger than this process may write: raise the limit (`ulimit -f`)."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT):
        return DatasetError(
            f"{target.parent} cannot be written to ({error.strerror}): set BENCH_DATA to a directory that can."
        )
    if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
        return UsageError(f"Somebody else made a dataset {target.name!r} meanwhile: give another --name, or --force.")
    return error
