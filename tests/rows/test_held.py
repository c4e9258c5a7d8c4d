"""Rows that a process holds are opened as those in files are, and copied once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bench import Dataset, rows


def tables(dataset: Dataset) -> dict[str, pa.Table]:
    """Return the rows of a dataset, as a hand-off would have them."""
    columns = ["row_id", *dataset.columns]
    return {split: pa.concat_tables(rows.open(dataset, split).tables(columns)) for split in ("train", "test")}


def test_held_rows_are_read_like_files(tiny: Dataset) -> None:
    """Matrix, batches and shards are those of the files, in their order."""
    held = rows.hold(tiny, rows.HeldRows(tables(tiny)))
    for mine, of_files in zip(
        rows.open(held, "train").matrix(1)[:2], rows.open(tiny, "train").matrix(1)[:2], strict=True
    ):
        assert np.array_equal(mine, of_files)
    mine, of_files = (rows.open(one, "train").shard(1, 3).matrix(1)[1] for one in (held, tiny))
    assert np.array_equal(mine, of_files)
    (row_ids, features), *_ = rows.open(held, "test").batches()
    assert (len(row_ids), features.shape) == (tiny.test_rows, (tiny.test_rows, len(tiny.features)))


def test_a_share_is_a_ranks_own(tiny: Dataset) -> None:
    """Rows that were sent to a rank are its shard, whatever the number of ranks."""
    held = rows.hold(tiny, object())
    mine = {split: table.slice(0, 100) for split, table in tables(tiny).items()}
    rows.hold_share(held, mine)
    assert rows.open(held, "train").shard(1, 2).rows == 100


def test_two_readers_at_once_have_columns_of_their_own(tiny: Dataset) -> None:
    """A pass over ids and features that another one with labels begins beside goes on with its own columns."""
    held = rows.open(rows.hold(tiny, rows.HeldRows(tables(tiny))), "train")
    halves = held.only([replace(group, rows=group.rows // 2) for group in held.groups] * 2)
    first = halves.tables(["row_id"])
    assert next(first).column_names == ["row_id"]
    assert next(halves.tables([tiny.label])).column_names == [tiny.label]
    assert next(first).column_names == ["row_id"]
