"""The fingerprint of a dataset: 128 bits of its content, whatever the files and their order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.files import DataFiles
from bench.datasets.format.hashing import hash_rows
from bench.datasets.format.manifest import SPLITS
from bench.datasets.format.reading import REMAKE
from bench.errors import DatasetError
from bench.problems import DEFAULT

if TYPE_CHECKING:
    from bench.datasets.format.manifest import Manifest

# Version 1 is the first. It is hashed too, so that two versions of this computation never give the same digest.
VERSION = 1


class Fingerprint:
    """Takes rows in any order and portions, and gives the digest of all of them.

    A row counts with its split, row_id, label, weight and features, each bit of them. The hashes of a
    split's rows are added up modulo 2**128, in two lanes of 64 bits, so that their order does not
    matter and equal rows do not cancel; the digest is BLAKE2b over the sums and the columns' names.
    It finds accidents, not attacks.
    """

    def __init__(
        self,
        names: Sequence[str],
        problem: str = DEFAULT,
        classes: Sequence[str] = (),
        weight: str = "",
        categorical: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Start with no rows.

        Args:
            names: Names of the columns but ``row_id``, in their order.
            problem: Kind of problem: equal labels may be classes or numbers.
            classes: Names of the classes.
            weight: Name of the column of weights.
            categorical: Number of categories of each feature whose numbers are names: equal numbers may be amounts.
        """
        self._names = list(names)
        # Nothing of this counts where there were no kinds of problem, so that older fingerprints hold.
        self._means: list[Any] = [] if problem == DEFAULT and not weight else [problem, list(classes), weight]
        self._means += [dict(categorical)] if categorical else []
        self._sums = {split: [0, 0, 0] for split in SPLITS}

    def add(self, split: str, row_ids: NDArray[np.int64], columns: NDArray[np.float32]) -> None:
        """Take rows.

        Args:
            split: Their split.
            row_ids: int64 of shape (rows,).
            columns: The columns, float32 of shape (columns, rows).
        """
        hashes = hash_rows(columns, seed=SPLITS.index(split), prefix=row_ids.view(np.uint64))
        sums = self._sums[split]
        sums[0] += len(row_ids)
        for lane, values in enumerate(hashes, start=1):
            sums[lane] = (sums[lane] + int(values.sum(dtype=np.uint64))) % 2**64

    def as_json(self) -> dict[str, list[int]]:
        """Return what `merge` takes, fit for JSON."""
        return self._sums

    def merge(self, other: dict[str, list[int]]) -> None:
        """Take the rows of another one of the same columns, out of its `as_json`."""
        for split, (rows, *lanes) in other.items():
            mine = self._sums[split]
            mine[0] += rows
            for lane, total in enumerate(lanes, start=1):
                mine[lane] = (mine[lane] + total) % 2**64

    def hexdigest(self) -> str:
        """Return the digest of the rows so far: 32 hexadecimal digits."""
        content = json.dumps([VERSION, self._names, self._sums, *self._means], separators=(",", ":"))
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def recompute(manifest: Manifest) -> str:
    """Read every byte of a dataset and return the fingerprint of its rows.

    Raises:
        DatasetError: A file is missing or damaged; the sentence names it.
    """
    dataset = manifest.dataset
    found = Fingerprint(dataset.columns, dataset.problem, dataset.classes, dataset.weight, dataset.categorical)
    names = ["row_id", *dataset.columns]
    files = DataFiles(dataset)
    for described in manifest.files:
        split = described.path.partition("/")[0].removeprefix("split=")
        with files.open_parquet(files.open(described.path)) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=names).select(names).combine_chunks()
                columns = np.stack([column.to_numpy() for column in table.columns[1:]])
                found.add(split, table.column(0).to_numpy(), columns)
    return found.hexdigest()


def verify_content(manifest: Manifest) -> None:
    """Read every byte of a dataset and compare its rows with its fingerprint.

    Raises:
        DatasetError: A file is missing or damaged, or holds other rows than were written.
    """
    if recompute(manifest) != manifest.dataset.fingerprint:
        raise DatasetError(f"The rows in {manifest.dataset.path} are not those that were written: {REMAKE}.")
