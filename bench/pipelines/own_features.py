"""The dataset of raw tables with a file of features, as `bench run --features` names them; it is made once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from bench.datasets import ensure
from bench.datasets.format import manifest as manifests
from bench.datasets.format.reading import footer_digest
from bench.datasets.makers.ingest import default_name
from bench.datasets.store import home, open_dataset
from bench.errors import UsageError
from bench.model import Dataset
from bench.pipelines.making import ENGINE, make_from_raw, read_definition, table_files
from bench.stores.filesystem import is_uri, normal


def ensure_from_raw(data: str, features: Path, label: str, cores: int, tell: Callable[[str], None]) -> Dataset:
    """Return the dataset of raw tables with a user's own features, after making it if it is not there.

    Args:
        data: Directory with a Parquet file for each raw table, or name or path of a dataset that was made of some.
        features: Python file, as `bench.pipelines.making.make_from_raw` takes it.
        label: Name of the label among the columns of the feature table; empty: that of the dataset.
        cores: Threads of the engine that makes the feature table.
        tell: Takes a sentence that says what was made, or found.

    Raises:
        UsageError: There are no raw tables, or a dataset of that name has others or other features.
        DatasetError: The feature table cannot be used as it is.
    """
    tables, of_tables, label = _raw_tables(data, label)
    name = default_name(f"{of_tables}-{features.stem}-{label}")
    command = f"`bench data make from-raw {tables} --features {features} --label {label} --name"
    if (home() / name / manifests.NAME).is_file():
        found = open_dataset(name)
        if found.raw.get("source") != read_definition(features) or _digests(found) != _footers(tables):
            raise UsageError(
                f"There is a dataset {name!r} already, of other tables or features: say {command} {name} --force` to "
                f"replace it, or {command} NAME` and --data NAME to keep both."
            )
        tell(f"{data} with the features of {features.name} is the dataset {name!r} already.")
        return found
    found = make_from_raw(tables, features, label, ENGINE, name=name, cores=cores).dataset
    tell(
        f"{data} with the features of {features.name} is now the dataset {name!r}, of kind {found.problem}, by "
        f"{ENGINE}; {command} {name}` has an option for another engine."
    )
    return found


def _raw_tables(data: str, label: str) -> tuple[Path, str, str]:
    """Return the directory of raw tables, what they are called, and the label; a dataset's name comes before a path."""
    if is_uri(data):
        raise UsageError(
            f"{data} lies in a store, and --features is for raw tables on this machine: make the dataset here, by "
            "`bench data make from-raw`, and copy it there, by `bench data copy`."
        )
    place = Path(normal(data)).expanduser()
    named = os.sep not in data and (home() / data / manifests.NAME).is_file()
    if not named and place.is_dir() and not (place / manifests.NAME).is_file():
        if not label:
            raise UsageError("Say which column of the feature table is to be predicted: --label COL.")
        return place, place.absolute().name, label
    dataset = ensure(data)
    if not dataset.raw:
        raise UsageError(
            f"{dataset.name} has no raw tables to make features of: give --data a directory with a Parquet file for "
            "each of yours, or flights-raw."
        )
    return Path(dataset.path) / "raw", dataset.name, label or dataset.label


def _digests(dataset: Dataset) -> dict[str, str]:
    return {table: footer_digest(f"{dataset.path}/{file}") for table, file in dataset.raw["tables"].items()}


def _footers(tables: Path) -> dict[str, str]:
    return {table: footer_digest(str(file)) for table, file in table_files(tables).items()}
