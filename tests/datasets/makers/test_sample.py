"""A sample is the same each time, inside every larger one, and costs the reading of few row groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.sample import EVERY_ROW, LEAST_GROUPS, choose_rows
from bench.datasets.makers.source import TableSource, open_source
from bench.errors import UsageError
from bench.model import Storage
from tests.datasets.conftest import content

Written = Callable[..., Path]


@pytest.fixture
def source(written: Written, tmp_path: Path) -> TableSource:
    """10,000 numbered rows in two files, in row groups of 100 rows."""
    written({"number": np.arange(4000)}, "in/a.parquet", row_group_size=100)
    written({"number": np.arange(4000, 10_000)}, "in/b.parquet", row_group_size=100)
    return open_source(str(tmp_path / "in"), Storage())


def numbers(source: TableSource) -> set[int]:
    """Return the numbers of all rows, each of which is read once."""
    found = [number for _, batch in source.batches(["number"]) for number in batch["number"].to_pylist()]
    assert len(found) == len(set(found)) == source.rows
    return set(found)


def test_a_sample_is_inside_a_larger_one(source: TableSource) -> None:
    """Samples of all sizes have the number of rows that was asked for, and each is inside the next."""
    before: set[int] = set()
    for rows in (1, 17, 300, 1599, 1600, 1601, 1650, 5000, 9999, 10_000):
        found = numbers(source.sample(rows))
        assert before <= found
        assert found == numbers(source.sample(rows))
        before = found
    assert len(before) == 10_000


def test_a_small_sample_comes_from_many_row_groups_but_not_all(source: TableSource) -> None:
    """Rows of a table that is sorted come from all over it, and most row groups are not read."""
    chosen = source.sample(300)
    assert sum(len(piece.groups or ()) for piece in chosen.pieces) == LEAST_GROUPS
    assert 3000 < np.mean(list(numbers(chosen))) < 7000
    assert len({number // 100 for number in numbers(chosen)}) == LEAST_GROUPS


def test_row_groups_without_rows_and_too_few_rows() -> None:
    """Empty row groups are not chosen; more rows than there are is a sentence."""
    assert choose_rows([[0, 5], [0], [3]], 8) == [{1: EVERY_ROW}, {}, {0: EVERY_ROW}]
    with pytest.raises(UsageError, match="There are 8 rows, too few for a sample of 9"):
        choose_rows([[5], [3]], 9)


@pytest.mark.usefixtures("home")
def test_a_sample_is_imported(rows: pa.Table, written: Written) -> None:
    """The dataset has so many rows, in as many files and row groups as were asked for, and says so."""
    path = str(written(rows, row_group_size=50))
    manifest = import_parquet(path, "label", sample=200, files=2, group_rows=30)
    assert manifest.dataset.rows == 200
    assert manifest.source["sample"] == 200
    train = [file for file in manifest.files if file.path.startswith("split=train")]
    assert [file.path for file in train] == ["split=train/part-00000.parquet", "split=train/part-00001.parquet"]
    assert max(rows for file in manifest.files for rows in file.group_rows) <= 30
    whole = {
        tuple(row.values())
        for row in rows.select(["number", "whole"])
        .cast(pa.schema([("number", pa.float32()), ("whole", pa.float32())]))
        .to_pylist()
    }
    for table in content(manifest).values():
        assert {tuple(row.values()) for row in table.select(["number", "whole"]).to_pylist()} <= whole
