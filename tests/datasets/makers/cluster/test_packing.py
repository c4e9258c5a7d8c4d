"""Rows keep their bits on the way through Spark, and equal ones get the keys that one process gives them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench.datasets.makers.cluster import ranges as cuts
from bench.datasets.makers.cluster.packing import expand, pack, sorted_buckets, spread, to_batches
from bench.datasets.makers.cluster.ranges import Ranges, cut_ranges, row_type
from bench.datasets.makers.shuffle import PackedRows, Shuffle


def through_spark(tasks: Iterable[Iterable[PackedRows]], ranges: Ranges) -> list[list[pa.RecordBatch]]:
    """Return what Spark makes of the rows of tasks: the batches of each range, sorted by bucket, cut anywhere."""
    batches = [batch for portions in tasks for batch in to_batches(portions, ranges)]
    table = pa.Table.from_batches(batches).sort_by([("part", "ascending"), ("bucket", "ascending")])
    parts = table["part"].to_numpy()
    found = [table.filter(pa.array(parts == part)).combine_chunks() for part in range(ranges.parts)]
    return [some.to_batches(max_chunksize=5) for some in found]


@pytest.mark.parametrize("different", [1, 5, 3000])
def test_equal_rows_are_spread_as_by_one_process(different: int, tmp_path: Path) -> None:
    """However often rows occur, and in however many tasks, all of them come out once, with the same keys."""
    generator = np.random.default_rng(different)
    columns = generator.integers(0, 2, (3, different)).astype(np.float32)
    columns[1] = np.arange(different)
    rows = columns[:, generator.integers(0, different, 4000)]
    packed = pack(rows.copy(), 1, None)
    with Shuffle(tmp_path, 3, 4000) as shuffle:
        shuffle.add(packed["key"], packed["test"] != 0, rows)
        expected = np.concatenate(list(shuffle.sorted()))
    ranges = Ranges(row_type(3), 4, 3)
    parts = through_spark([[some] for some in np.array_split(packed, 9)], ranges)
    held = [len(bucket) for part in parts for bucket in sorted_buckets(part, ranges.row)]
    assert sum(held) <= 9 * different
    again = [[spread(some.copy(), before) for some, before in expand(part, ranges.row)] for part in parts]
    parts = through_spark(again, ranges)
    found = np.concatenate([some for part in parts for some, _ in expand(part, ranges.row)])
    for name in ("key", "test", "values"):
        np.testing.assert_array_equal(found[name], expected[name])


def test_rows_come_out_in_the_order_of_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges, buckets and rows are in order, rows keep their bits, and no string or bucket is much too large."""
    rows = np.zeros(3000, row_type(2))
    rows["key"], rows["copies"] = np.random.default_rng(0).integers(0, 2**64, 3000, np.uint64), 1
    rows["values"] = np.random.default_rng(1).normal(size=(3000, 2))
    monkeypatch.setattr(cuts, "_BUCKET_BYTES", 200 * rows.itemsize)
    monkeypatch.setattr(cuts, "_HELD_BYTES", 1000 * rows.itemsize)
    monkeypatch.setattr(cuts, "_STRING_BYTES", 50 * rows.itemsize)
    ranges = cut_ranges(2, 3, len(rows))
    assert (ranges.parts, ranges.buckets) == (3, 5)
    batches = list(to_batches(np.array_split(rows, 7), ranges))
    strings = [string for batch in batches for string in batch.column("rows").to_pylist()]
    assert max(map(len, strings)) <= 50 * rows.itemsize
    parts = through_spark([np.array_split(rows, 7)], ranges)
    buckets = [list(sorted_buckets(part, ranges.row)) for part in parts]
    assert [len(part) for part in buckets] == [5, 5, 5]
    assert max(len(bucket) for part in buckets for bucket in part) < 300
    found = np.concatenate([bucket for part in buckets for bucket in part])
    np.testing.assert_array_equal(found, rows[np.argsort(rows["key"])])


def test_other_rows_of_one_key_have_one_order() -> None:
    """A task that runs again gets its rows in another order, and must number them as before."""
    rows = np.zeros(40, row_type(1))
    rows["key"], rows["copies"] = np.repeat(np.arange(4, dtype=np.uint64) + np.uint64(2**64 - 4), 10), 1
    rows["values"] = np.arange(40)[:, None] % 3
    ranges = Ranges(rows.dtype, 1, 1)
    orders = [np.random.default_rng(seed).permutation(40) for seed in range(3)]
    (first, _), *others = [next(expand(through_spark([[rows[order]]], ranges)[0], rows.dtype)) for order in orders]
    assert len(first) == 40
    for found, before in others:
        np.testing.assert_array_equal(found["values"], first["values"])
        assert before.tolist() == 4 * list(range(10))
