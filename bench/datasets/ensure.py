"""Opens a dataset, after making it if it is one that comes with bench, or registering it if it is a plain table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.datasets.format.manifest import NAME
from bench.datasets.makers.patterns import is_pattern
from bench.datasets.store import DEFAULT, INCLUDED, home, locate, open_dataset
from bench.errors import UsageError
from bench.model import Dataset, Storage
from bench.stores.filesystem import filesystem, is_uri, normal, store_errors


def _say_nothing(sentence: str) -> None:
    del sentence


def ensure(
    name_or_path: str = DEFAULT,
    storage: Storage | None = None,
    label: str = "",
    tell: Callable[[str], None] = _say_nothing,
) -> Dataset:
    """Open a dataset, after making it if it comes with bench, or registering it if it is a plain table.

    Args:
        name_or_path: Its name, path or URI.
        storage: How to reach it, if it is a URI.
        label: Name of the column to predict, of a plain table; empty where its name says it.
        tell: Takes a sentence that says that a plain table was registered.

    Raises:
        UsageError: It is neither a name nor a path, or nothing says what is to be predicted.
        DatasetError: There is no such dataset, or it is damaged.
        StorageError: The store that holds it does not answer.
    """
    if name_or_path in INCLUDED and not locate(name_or_path).exists():
        try:
            _make(name_or_path)
        except UsageError:
            # Two runs may start at once; one of them is second.
            if not locate(name_or_path).exists():
                raise
    elif is_plain(name_or_path, storage or Storage()):
        from bench.datasets.plain import register_plain

        return register_plain(name_or_path, storage or Storage(), label, tell)
    dataset = open_dataset(name_or_path, storage)
    if label and label != dataset.label:
        raise UsageError(
            f"{name_or_path} is a dataset, whose label is {dataset.label!r}, and --label is for a plain table: leave "
            "it away."
        )
    return dataset


def _make(name: str) -> None:
    """Make a dataset that comes with bench."""
    from bench.datasets.makers import flights, flights_raw

    if name in flights.QUESTIONS:
        flights.make_flights(name)
    else:
        flights_raw.make_flights_raw()


def is_plain(name_or_path: str, storage: Storage) -> bool:
    """Return whether a name, path or URI is that of files which are no dataset of ours.

    Args:
        name_or_path: What is given where a dataset is asked for; a name of a dataset comes before a file's.
        storage: How to reach it, if it is a URI.

    Raises:
        StorageError: The store cannot be reached.
    """
    place = normal(name_or_path)
    if is_uri(place):
        with store_errors(place, storage):
            opened, root = filesystem(place, storage)
            manifest, itself = opened.get_file_info([f"{root}/{NAME}", root])
        return not manifest.is_file and itself.type.name in ("File", "Directory")
    if "/" not in place and (home() / place / NAME).is_file():
        return False
    path = Path(place).expanduser()
    return (path.exists() or is_pattern(place)) and not (path / NAME).is_file()
