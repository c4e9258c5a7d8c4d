"""The shared reader gives the rows that are in the files, each once, and no damaged one."""

import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import Dataset, rows
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError
from bench.rows import files


@pytest.mark.parametrize("threads", [1, 2])
def test_a_matrix_holds_what_is_in_the_files(dataset: Dataset, threads: int) -> None:
    """Rows and features come in the order of row groups and of the dataset, as float32 in C order."""
    features, labels, weights = rows.open(dataset, "train").matrix(threads)
    assert weights is None
    table = pq.read_table(dataset.split("train"), partitioning=None)
    assert np.array_equal(features, np.column_stack([table[name].to_numpy() for name in dataset.features]))
    assert np.array_equal(labels, table[dataset.label].to_numpy())
    assert features.dtype == labels.dtype == np.float32
    assert features.flags.c_contiguous


def test_a_matrix_can_be_used_in_place(dataset: Dataset) -> None:
    """TensorFlow aborts on a tensor over memory that does not start at a multiple of 64 bytes."""
    train = rows.open(dataset, "train")
    for _ in range(5):
        features, labels, _ = train.only(train.groups[:1]).matrix(threads=1)
        assert features.ctypes.data % 64 == labels.ctypes.data % 64 == 0


def test_shares_of_the_row_groups_make_up_the_whole(dataset: Dataset) -> None:
    """Workers that take every other row group read each row exactly once."""
    train = rows.open(dataset, "train")
    assert train.rows == dataset.train_rows
    whole, *_ = train.matrix(threads=2)
    shares = [train.only(train.groups[rank::2]).matrix(threads=2)[0] for rank in range(2)]
    together = np.concatenate(shares)
    assert np.array_equal(np.sort(together[:, 0]), np.sort(whole[:, 0]))


@pytest.mark.parametrize("world", [1, 2, 3, 7])
def test_shards_make_up_the_whole(dataset: Dataset, world: int) -> None:
    """Each row is one rank's, in order, ranks differ by one row at most, and each computes the same."""
    whole, *_ = rows.open(dataset, "train").matrix(threads=1)
    shards = [rows.open(dataset, "train").shard(rank, world) for rank in range(world)]
    assert max(shard.rows for shard in shards) - min(shard.rows for shard in shards) <= 1
    assert np.array_equal(np.concatenate([shard.matrix(threads=1)[0] for shard in shards]), whole)


def test_a_rank_without_rows_gets_an_empty_matrix(dataset: Dataset) -> None:
    """More ranks than rows leave some with none, which is no error of the reader."""
    features, labels, _ = rows.open(dataset, "test").shard(0, 10**6).matrix(threads=1)
    assert features.shape == (0, len(dataset.features))
    assert labels.shape == (0,)
    assert list(rows.open(dataset, "test").shard(0, 10**6).batches()) == []


def test_both_splits_are_read_as_one(dataset: Dataset) -> None:
    """Rows of several splits come in the order of the splits, without a second listing."""
    both = rows.open(dataset, "test", "train")
    table = pa.concat_tables(both.tables(["row_id"]))
    assert both.rows == len(table) == len(set(table["row_id"].to_pylist())) == dataset.rows
    assert both.groups[0].path.startswith("split=test/")


def test_batches_with_labels_are_the_matrix(dataset: Dataset) -> None:
    """Features and labels come together, batch by batch, as they come at once."""
    train = rows.open(dataset, "train")
    batches = [(features, labels) for features, labels, _ in train.labelled_batches(3000)]
    features, labels = map(np.concatenate, zip(*batches, strict=True))
    for one, other in zip((features, labels), train.matrix(threads=2)[:2], strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("size", [50, 10**6])
def test_batches_give_each_row_once(dataset: Dataset, size: int) -> None:
    """Batches are as large as asked for, whatever the row groups, and hold each row once, under its own id."""
    batches = list(rows.open(dataset, "test").batches(size))
    row_ids = np.concatenate([row_ids for row_ids, _ in batches])
    features = np.concatenate([features for _, features in batches])
    table = pq.read_table(dataset.split("test"), partitioning=None)
    assert {len(row_ids) for row_ids, _ in batches[:-1]} <= {size}
    assert 0 < len(batches[-1][0]) <= size
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
        rows.open(damaged, "train").matrix(threads=2)


def test_a_footer_is_read_once(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts of opened rows, and all readings of them, share what is known of the files."""
    read, real = Counter(), files.read_footer
    monkeypatch.setattr(files, "read_footer", lambda of, path: read.update([path]) or real(of, path))
    train = rows.open(dataset, "train")
    for rank in range(3):
        train.shard(rank, 3).matrix(threads=1)
    for portion in train.portions(4):
        list(portion.tables(["row_id"]))
    list(train.batches())
    assert set(read.values()) == {1}
    assert len(read) == len(list(Path(dataset.split("train")).glob("*.parquet")))


def test_footers_take_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more files than are kept in mind, the first ones' footers are read again, and the rows are the same."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    dataset = make_synthetic(2000, 4, files=4, name="many").dataset
    whole, *_ = rows.open(dataset, "train").matrix(threads=1)
    monkeypatch.setattr(files, "FOOTERS_KEPT", 2)
    train = rows.open(dataset, "train")
    assert np.array_equal(train.matrix(threads=1)[0], whole)
    assert len(train._files._footers) == 2


def test_the_public_room_imports_nothing_heavy() -> None:
    """`bench list` imports every strategy, and each of them this."""
    program = "import sys; from bench import rows, spark; print({'numpy', 'pyarrow', 'pyspark'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
