"""Row groups are shared out among tasks: each to one, in their order, about equally."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.datasets.makers.cluster.tasks import share_out
from bench.datasets.makers.source import open_source
from bench.model import Storage


@pytest.mark.parametrize("sample", [None, 2500])
def test_each_row_is_read_by_one_task(written: Callable[..., Path], tmp_path: Path, sample: int | None) -> None:
    """All tasks together read what the input has, and no task reads twice what another does."""
    for name, rows in (("a", 3000), ("b", 1000)):
        written({"number": np.arange(rows)}, f"in/{name}.parquet", row_group_size=90)
    source = open_source(str(tmp_path / "in"), Storage())
    source = source.sample(sample) if sample else source
    expected = [value for _, batch in source.batches(["number"]) for value in batch["number"].to_pylist()]
    shares = share_out(source, 2)
    found = [
        [value for _, batch in share.batches(["number"]) for value in batch["number"].to_pylist()] for share in shares
    ]
    assert list(itertools.chain(*found)) == expected
    assert 5 <= len(shares) <= 8
    if sample is None:
        assert max(map(len, found)) < 2 * np.mean([len(some) for some in found])
        assert [share.rows for share in shares] == [len(some) for some in found]
