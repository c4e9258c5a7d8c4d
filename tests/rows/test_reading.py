"""The shared reader gives the rows that are in the files, each once, and no damaged one."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import Dataset
from bench.errors import DatasetError
from bench.rows import reading


@pytest.mark.parametrize("threads", [1, 2])
def test_a_matrix_holds_what_is_in_the_files(dataset: Dataset, threads: int) -> None:
    """Rows and features come in the order of row groups and of the dataset, as float32 in C order."""
    features, labels = reading.read_matrix(dataset, reading.row_groups(dataset, "train"), threads)
    table = pq.read_table(dataset.split("train"), partitioning=None)
    assert np.array_equal(features, np.column_stack([table[name].to_numpy() for name in dataset.features]))
    assert np.array_equal(labels, table[dataset.label].to_numpy())
    assert features.dtype == labels.dtype == np.float32
    assert features.flags.c_contiguous


def test_a_matrix_can_be_used_in_place(dataset: Dataset) -> None:
    """TensorFlow aborts on a tensor over memory that does not start at a multiple of 64 bytes."""
    for _ in range(5):
        features, labels = reading.read_matrix(dataset, reading.row_groups(dataset, "train")[:1], threads=1)
        assert features.ctypes.data % 64 == labels.ctypes.data % 64 == 0


def test_shares_of_the_row_groups_make_up_the_whole(dataset: Dataset) -> None:
    """Workers that take every other row group read each row exactly once."""
    groups = reading.row_groups(dataset, "train")
    assert sum(group.rows for group in groups) == dataset.train_rows
    whole, _ = reading.read_matrix(dataset, groups, threads=2)
    shares = [reading.read_matrix(dataset, groups[rank::2], threads=2)[0] for rank in range(2)]
    together = np.concatenate(shares)
    assert np.array_equal(np.sort(together[:, 0]), np.sort(whole[:, 0]))


@pytest.mark.parametrize("rows", [50, 10**6])
def test_batches_give_each_row_once(dataset: Dataset, rows: int) -> None:
    """Batches are as large as asked for, whatever the row groups, and hold each row once, under its own id."""
    batches = list(reading.batches(dataset, "test", rows=rows))
    row_ids = np.concatenate([row_ids for row_ids, _ in batches])
    features = np.concatenate([features for _, features in batches])
    table = pq.read_table(dataset.split("test"), partitioning=None)
    assert {len(row_ids) for row_ids, _ in batches[:-1]} <= {rows}
    assert 0 < len(batches[-1][0]) <= rows
    assert np.array_equal(row_ids, table["row_id"].to_numpy())
    assert np.array_equal(features[:, -1], table[dataset.features[-1]].to_numpy())


def test_a_flipped_byte_is_an_error_that_names_the_file(dataset: Dataset, tmp_path: Path) -> None:
    """One flipped byte in a page ends the reading with a sentence about that file, and never gives another value."""
    shutil.copytree(dataset.path, tmp_path / "copy")
    file = next((tmp_path / "copy" / "split=train").glob("*.parquet"))
    column = pq.read_metadata(file).row_group(1).column(3)
    content = bytearray(file.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 10] ^= 1
    file.write_bytes(content)
    damaged = replace(dataset, path=str(tmp_path / "copy"))
    with pytest.raises(DatasetError, match=file.name):
        reading.read_matrix(damaged, reading.row_groups(damaged, "train"), threads=2)
