"""Rows come out of files in an object store as they went in, whatever the shares of ranks."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.facts import Place
from bench.rows import FilePlace, Keys
from bench.trial.row_digest import RowDigest
from strategies.handoff import arrow_files, parquet_files
from strategies.lib.handoff.blocks import of_batch
from strategies.lib.handoff.files import FileShares
from tests.objectstore import BUCKET, ObjectStore

READ_ALL = """
import sys

from bench.facts import Place
from bench.rows import FilePlace, Keys
from bench.trial.memory_mark import peak_bytes, reset_peak
from strategies.handoff import parquet_files

place = FilePlace(Place(sys.argv[1]), Keys({}))
next(parquet_files.read(place, "few.parquet", 0, 10))  # imports, which are no rows
reset_peak()
before = peak_bytes()
rows = sum(len(labels) for _, labels in parquet_files.read(place, "part.parquet", 0, 10**9))
sys.stdout.write(f"{rows} {peak_bytes() - before}")
"""
WAYS = [(arrow_files, arrow_files.ArrowWriter), (parquet_files, parquet_files.ParquetWriter)]


@pytest.mark.parametrize(("way", "writer"), WAYS, ids=["arrow_files", "parquet_files"])
def test_rows_survive_in_a_store(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, way: ModuleType, writer: type
) -> None:
    """Tasks write them with the driver's keys, in several groups; ranks cut across groups and files."""
    monkeypatch.setattr(parquet_files, "ROWS_OF_A_GROUP", 200)
    place = FilePlace(Place(f"s3://{BUCKET}/files-{writer.__name__}", store.storage), Keys(store.environ))
    for name in store.environ:
        monkeypatch.setenv(name, "")
    values = np.random.default_rng(0).normal(size=(1500, 4)).astype(np.float32)
    arrays = [pa.array(values[:, 0].copy()), *(pa.array(column.copy()) for column in values.T)]
    table = pa.table(arrays, names=["label", "f0", "f1", "f2", "f3"])
    parts = [part.to_batches(max_chunksize=64) for part in (table.slice(0, 300), table.slice(300), table.slice(1500))]
    written = [writer(place)(number, iter(part)) for number, part in enumerate(parts)]
    assert written[2] == (None, 0), "a task without rows writes no file"
    names, counts = zip(*written[:2], strict=True)
    assert counts == (300, 1200)
    assert place.sizes().keys() == set(names)
    expected, found = RowDigest(), RowDigest()
    for batch in (*parts[0], *parts[1]):
        expected.add(*reversed(of_batch(batch)))
    for rank in range(3):
        for features, labels in FileShares(names, counts, partial(way.read, place))(rank, 3):
            found.add(labels, features)
    assert found.as_json() == expected.as_json()


def test_a_reader_of_parquet_holds_no_row_group(tmp_path: Path) -> None:
    """Of a group of 64 MB, whose values do not repeat, a trainer holds a few batches at a time."""
    rows, columns = 2_000_000, 8
    values = np.random.default_rng(0).random((columns, rows), np.float32)
    table = pa.table([pa.array(column) for column in values], names=["label", *(f"f{at}" for at in range(1, columns))])
    pq.write_table(table, tmp_path / "part.parquet", row_group_size=rows, use_dictionary=False)
    pq.write_table(table.slice(0, 10), tmp_path / "few.parquet", use_dictionary=False)
    command = [sys.executable, "-c", READ_ALL, str(tmp_path)]
    read, grown = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert read == rows
    assert grown < rows * columns * 4 / 2, grown
