"""Rows come out of files in an object store as they went in, whatever the shares of ranks."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from bench.facts import Place
from bench.rows import FilePlace, Keys
from bench.trial.row_digest import RowDigest
from strategies.handoff import arrow_files, parquet_files
from strategies.lib.handoff.blocks import of_batch
from strategies.lib.handoff.files import FileShares
from tests.objectstore import BUCKET, ObjectStore

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
