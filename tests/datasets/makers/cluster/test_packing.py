"""Rows keep their bits on the way through Spark, and equal ones get the keys that one process gives them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.datasets.makers.cluster.packing import combine, expand, from_arrow, pack, spread, to_arrow
from bench.datasets.makers.shuffle import Shuffle, packed_row_type


@pytest.mark.parametrize("different", [1, 5, 3000])
def test_equal_rows_are_spread_as_by_one_process(different: int, tmp_path: Path) -> None:
    """However often rows occur, and in however many batches, all of them come out once, with the same keys."""
    generator = np.random.default_rng(different)
    columns = generator.integers(0, 2, (3, different)).astype(np.float32)
    columns[1] = np.arange(different)
    chosen = generator.integers(0, different, 4000)
    rows, kind = columns[:, chosen], packed_row_type(3)
    with Shuffle(tmp_path, 3, 4000) as shuffle:
        packed = pack(rows.copy(), 1, None)
        shuffle.add(packed["key"], packed["test"] != 0, rows)
        expected = np.concatenate(list(shuffle.sorted()))
    portions = [combine(pack(part, 1, None)) for part in np.array_split(rows.copy(), 9, axis=1)]
    assert max(len(some) for some, _ in portions) <= different
    merged = np.concatenate([some for some, _ in portions])
    copies = np.concatenate([number for _, number in portions])
    order = np.argsort(merged["key"], kind="stable")
    batches = [to_arrow(merged[some], copies[some], 4) for some in np.array_split(order, 7)]
    found = np.concatenate([spread(packed, before) for packed, before in expand(batches, kind)])
    found = found[np.argsort(found["key"])]
    np.testing.assert_array_equal(found, expected)


def test_ranges_of_keys_are_in_their_order() -> None:
    """The range and the signed key sort rows as their unsigned keys do, and rows keep their bits."""
    rows = np.zeros(1000, packed_row_type(2))
    rows["key"] = np.sort(np.random.default_rng(0).integers(0, 2**64, 1000, np.uint64))
    rows["values"] = np.random.default_rng(1).normal(size=(1000, 2))
    batch = to_arrow(rows, np.ones(1000, np.int64), 7)
    parts, keys = batch.column("part").to_numpy(), batch.column("key").to_numpy()
    assert (np.diff(parts) >= 0).all()
    assert (np.diff(keys) > 0).all()
    assert set(parts) == set(range(7))
    found, copies = from_arrow(batch.slice(100, 50), rows.dtype)
    np.testing.assert_array_equal(found, rows[100:150])
    assert set(copies) == {1}
