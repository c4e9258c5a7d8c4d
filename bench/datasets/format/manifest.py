"""The manifest `dataset.json`: the facts about a dataset beside its rows; needs the standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from bench.datasets.format.plausible import check_content
from bench.errors import DatasetError
from bench.model import Dataset, Storage
from bench.parsing import json_value
from bench.problems import PROBLEMS, problem_of
from bench.stores.filesystem import is_uri
from bench.writing.clean import shown

NAME = "dataset.json"
# 1: the first.
SCHEMA = 1
SPLITS = ("train", "test")
# Fields that older manifests lack.
_LATER = {
    "classes",
    "class_shares",
    "label_mean",
    "label_std",
    "weight",
    "weight_mean",
    "categorical",
    "table",
    "clustered",
    "raw",
}
_TWO = ("0", "1")
PLACE = ("path", "storage", "listing", "description")  # fields of a `Dataset` that follow from its place


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a dataset.

    Attributes:
        path: Relative to the dataset's directory, with forward slashes.
        bytes: Its size.
        rows: Rows in it.
        row_groups: Row groups in it.
        group_rows: Rows of each of them, so that reading can be planned without opening the file; empty in manifests
            that were written before there was this field.
        footer_sha256: Hexadecimal digest of its Parquet footer, with the length and magic at its end.
        headers_sha256: Hexadecimal digest of its page headers one after the other, which no page
            checksum covers.
    """

    path: str
    bytes: int
    rows: int
    row_groups: int
    footer_sha256: str
    headers_sha256: str
    group_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """A dataset, and where it came from.

    Attributes:
        dataset: The facts that strategies see.
        files: Its files.
        labels: What the labels of each split are like, out of `bench.problems.labels.Tally.facts`.
        imputed: Missing values that were replaced by the train mean, for each feature that had any.
        categories: The strings of each feature that was text; the code of a string is its place.
        source: How the dataset was made: the maker, its parameters, the input.
        registered: Of a table that is used where it lies, all that its rows are read by (`bench.datasets.register`).
    """

    dataset: Dataset
    files: tuple[DataFile, ...]
    labels: Mapping[str, Mapping[str, Any]]
    imputed: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    registered: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Bytes in all files."""
        lying: int = sum(file["bytes"] for file in self.registered.get("files", ()))
        raw: int = sum(self.dataset.raw.get("bytes", {}).values())
        return sum(file.bytes for file in self.files) + lying + raw

    def as_json(self) -> dict[str, Any]:
        """Return the content of the file `dataset.json`; the dataset's place is not part of it."""
        dataset = asdict(self.dataset)
        for of_the_place in PLACE:
            del dataset[of_the_place]
        dataset[_best(self.dataset.problem)] = dataset.pop("best")
        facts = {key: value for key, value in asdict(self).items() if key != "dataset"}
        counts = {split: labels.get("counts", ()) for split, labels in self.labels.items()}
        # For benches before there were kinds of problem, such as the baseline of a night.
        facts |= {"positives": {split: of[1] for split, of in counts.items() if len(of) == len(_TWO)}}
        return {"schema": SCHEMA, **dataset, **facts}


def write_manifest(manifest: Manifest, directory: Path) -> None:
    """Write `dataset.json` into a dataset's directory."""
    text = json.dumps(manifest.as_json(), indent=1, allow_nan=False)
    (directory / NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(path: str | Path, storage: Storage | None = None) -> Manifest:
    """Read the manifest of the dataset that lies in a directory or under a URI; looks at no other file.

    Args:
        path: The dataset's directory or URI.
        storage: How to reach it, if it is a URI.

    Raises:
        DatasetError: There is no manifest, it is damaged, or it is of another version.
        StorageError: The store cannot be reached.
    """
    uri = str(path) if is_uri(str(path)) else None
    where = uri or str(Path(path).absolute())
    file = f"{where}/{NAME}"
    try:
        content = json_value(_text(where, storage) if uri else Path(file).read_text(encoding="utf-8"))
        version = content["schema"]
        if not isinstance(version, int):
            raise ValueError(f"schema is {str(version)[:40]!r}")
    except FileNotFoundError:
        raise DatasetError(
            f"There is no dataset at {path}: `bench data import {path} --label COL` makes one of Parquet files."
        ) from None
    except OSError as error:
        raise DatasetError(f"The manifest {file} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(file, error) from error
    if version != SCHEMA:
        raise DatasetError(
            f"The manifest {file} has version {version}, and this bench reads version {SCHEMA}: make or import "
            "the dataset again with --force."
        )
    try:
        return _parse(content, where, (uri and storage) or Storage())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(file, error) from error


def load_manifest(path: str | Path) -> Dataset:
    """Read the dataset that lies in a directory from its manifest, which costs next to nothing.

    Args:
        path: The dataset's directory.

    Raises:
        DatasetError: There is no manifest, it is damaged, or it is of another version.
    """
    return read_manifest(path).dataset


def _text(uri: str, storage: Storage | None) -> bytes:
    from bench.stores.tree import Tree

    return Tree(uri, storage).read(NAME)


def _parse(content: dict[str, Any], path: str, storage: Storage) -> Manifest:
    check_content(content)
    known = {item.name for item in fields(Dataset)} - {*PLACE, "best", "problem"}
    problem = problem_of(content).name
    given = {key: content[key] for key in known if key in content or key not in _LATER}
    facts = {"problem": problem, "best": content[_best(problem)], **given}
    dataset = Dataset(path=path, storage=storage, **{key: _frozen(value) for key, value in facts.items()})
    if not len(dataset.features) == len(dataset.means) == len(dataset.stds):
        raise ValueError("it has not one mean and one standard deviation for each feature")
    return Manifest(
        dataset=dataset,
        files=tuple(DataFile(**{key: _frozen(value) for key, value in file.items()}) for file in content["files"]),
        labels=content.get("labels") or _of_two(content),
        imputed=content["imputed"],
        categories={name: tuple(values) for name, values in content["categories"].items()},
        source=content["source"],
        registered=content.get("registered", {}),
    )


def _of_two(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the summary of labels out of a manifest from before there were kinds of problem."""
    rows = {split: content[f"{split}_rows"] for split in SPLITS}
    counts = {split: [rows[split] - content["positives"][split], content["positives"][split]] for split in SPLITS}
    return {split: {"rows": rows[split], "counts": counts[split]} for split in SPLITS}


def _best(problem: str) -> str:
    """Return a manifest's key for the best possible grade by the problem's first metric."""
    return f"best_{PROBLEMS[problem].metrics[0].name}"


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _damaged(file: str, error: Exception) -> DatasetError:
    reason = f"{type(error).__name__}: {shown(str(error))}"
    return DatasetError(f"The manifest {file} is damaged ({reason}): make or import the dataset again with --force.")


def raw_sizes(dataset: Dataset) -> list[tuple[str, int]]:
    """Return path, relative to the dataset's, and bytes of each raw table.

    Args:
        dataset: The dataset.
    """
    return [(path, dataset.raw["bytes"][name]) for name, path in dataset.raw.get("tables", {}).items()]


def check_size(path: str, size: int | None, written: int) -> None:
    """Check that a file has the size in the manifest.

    Args:
        path: Its name in messages.
        size: Its bytes; None where it is missing.
        written: Its bytes in the manifest.

    Raises:
        DatasetError: The size differs, or the file is missing.
    """
    again = "make or import the dataset again with --force"
    if size is None:
        raise DatasetError(f"The file {path} is missing: {again}.")
    if size != written:
        raise DatasetError(f"The file {path} has {size:,} bytes where {written:,} were written: {again}.")
