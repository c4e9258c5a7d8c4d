"""Opens a dataset, after making it if it is one that comes with bench."""

from __future__ import annotations

from bench.datasets.store import DEFAULT, INCLUDED, locate, open_dataset
from bench.errors import UsageError
from bench.model import Dataset, Storage


def ensure(name_or_path: str = DEFAULT, storage: Storage | None = None) -> Dataset:
    """Open a dataset, after making it if it comes with bench and has never been made.

    Raises:
        UsageError: It is neither a name nor a path.
        DatasetError: There is no such dataset, or it is damaged.
    """
    if name_or_path in INCLUDED and not locate(name_or_path).exists():
        from bench.datasets.makers.flights import make_flights

        try:
            make_flights(name_or_path)
        except UsageError:
            # Two runs may start at once; one of them is second.
            if not locate(name_or_path).exists():
                raise
    return open_dataset(name_or_path, storage)
