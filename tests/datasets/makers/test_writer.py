"""Files are as the design says: equal row groups, many enough, checksums, float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.datasets.makers.synthetic import make_synthetic
from bench.datasets.makers.writer import group_sizes
from bench.errors import UsageError


@given(st.integers(1, 10**9), st.integers(1, 300))
def test_row_groups_are_equal_and_enough(rows: int, files: int) -> None:
    """Row groups differ by one row at most, hold 262,144 at most, and are 64 at least where there are rows for it."""
    if files > rows:
        with pytest.raises(UsageError, match="cannot be written"):
            group_sizes(rows, files)
        return
    sizes = group_sizes(rows, files)
    groups = [size for file in sizes for size in file]
    assert len(sizes) == files
    assert all(sizes)
    assert sum(groups) == rows
    assert max(groups) - min(groups) <= 1
    assert max(groups) <= 262_144
    assert len(groups) >= 64 or rows < 64_000
    assert min(groups) >= 1000 or len(groups) == files


@pytest.mark.usefixtures("home")
def test_what_a_file_holds() -> None:
    """Columns are row_id (int64), label and features (float32), none nullable; row ids are unique over both splits."""
    manifest = make_synthetic(70_000, 3, files=3)
    path, ids = Path(manifest.dataset.path), []
    for file in manifest.files:
        opened = pq.ParquetFile(path / file.path, page_checksum_verification=True)
        kinds = {field.name: (field.type, field.nullable) for field in opened.schema_arrow}
        assert kinds == {
            "row_id": (pa.int64(), False),
            **dict.fromkeys(["label", "x0", "x1", "x2"], (pa.float32(), False)),
        }
        sizes = [opened.metadata.row_group(group).num_rows for group in range(opened.num_row_groups)]
        assert max(sizes) - min(sizes) <= 1
        assert (sum(sizes), len(sizes), (path / file.path).stat().st_size) == (file.rows, file.row_groups, file.bytes)
        ids.append(opened.read(["row_id"])["row_id"].to_numpy())
    assert [file.path for file in manifest.files] == [f"split=train/part-0000{n}.parquet" for n in range(3)] + [
        "split=test/part-00000.parquet"
    ]
    np.testing.assert_array_equal(np.sort(np.concatenate(ids)), np.arange(70_000))


@pytest.mark.usefixtures("home")
def test_statistics_are_those_of_the_train_split() -> None:
    """Means and standard deviations in the manifest are those of the whole train split."""
    dataset = make_synthetic(30_000, 4, files=2).dataset
    table = pq.read_table(dataset.split("train"), columns=list(dataset.features), partitioning=None)
    values = np.stack([column.to_numpy().astype(np.float64) for column in table.columns])
    np.testing.assert_allclose(dataset.means, values.mean(axis=1), rtol=1e-9)
    np.testing.assert_allclose(dataset.stds, values.std(axis=1), rtol=1e-7)
