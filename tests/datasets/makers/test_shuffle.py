"""The order of the rows depends on their content only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.datasets.format.hashing import hash_rows
from bench.datasets.makers.shuffle import Shuffle


def shuffled(directory: Path, values: np.ndarray, portions: list[int], bucket_bytes: int = 2**26) -> np.ndarray:
    """Return the rows of ``values``, of shape (columns, rows), in the order that the shuffle gives them."""
    directory.mkdir()
    with Shuffle(directory, len(values), values.shape[1], bucket_bytes) as shuffle:
        for portion in np.split(values, portions, axis=1):
            shuffle.add(hash_rows(portion)[0], portion[0] > 0, portion)
        result = [records.copy() for records in shuffle.sorted()]
    assert not list(directory.iterdir())
    return np.concatenate(result)


@pytest.mark.parametrize("equal", ["none", "some", "most"])
def test_the_order_is_the_same_however_the_rows_come(tmp_path: Path, equal: str) -> None:
    """Other portions, another order of the input and other buckets give the same order, and no row gets lost."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=(3, 5000)).astype(np.float32)
    if equal != "none":
        values[:, generator.permutation(5000)[: 500 if equal == "some" else 4500]] = values[:, :1]
    first = shuffled(tmp_path / "a", values, [])
    other = shuffled(tmp_path / "b", values[:, generator.permutation(5000)], [7, 7, 1200], bucket_bytes=6000)
    np.testing.assert_array_equal(first, other)
    rows = [sorted(map(tuple, array)) for array in (first["values"].tolist(), values.T.tolist())]
    assert rows[0] == rows[1]
    np.testing.assert_array_equal(first["test"] != 0, first["values"][:, 0] > 0)


def test_equal_rows_are_spread(tmp_path: Path) -> None:
    """A row that is there a thousand times does not lie in one place, where it would fill row groups."""
    values = np.arange(4000, dtype=np.float32)[None]
    values[:, :1000] = -1
    places = np.flatnonzero(shuffled(tmp_path / "a", values, [])["values"][:, 0] == -1)
    quarters = np.bincount(places // 1000, minlength=4)
    assert quarters.min() > 200
