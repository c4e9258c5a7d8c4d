"""Opens a dataset, after making it if it is the default one."""

from __future__ import annotations

from bench.datasets.store import DEFAULT, locate, open_dataset
from bench.errors import UsageError
from bench.model import Dataset, Storage


def ensure(name_or_path: str = DEFAULT, storage: Storage | None = None) -> Dataset:
    """Open a dataset, after making it if it is the default one and has never been made.

    Raises:
        UsageError: It is neither a name nor a path.
        DatasetError: There is no such dataset, or it is damaged.
    """
    if name_or_path == DEFAULT and not locate(DEFAULT).exists():
        from bench.datasets.makers.flights import make_flights

        try:
            make_flights()
        except UsageError:
            # Two runs may start at once; one of them is second.
            if not locate(DEFAULT).exists():
                raise
    return open_dataset(name_or_path, storage)
