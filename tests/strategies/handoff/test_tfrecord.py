"""TFRecord files: the contract in a real trial, and rows as they went in, whatever the shares of ranks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench import plugins
from bench.facts import Place
from bench.rows import FilePlace, Keys
from bench.testing import StrategyContract
from bench.trial.row_digest import RowDigest
from strategies.handoff.tfrecord import ExampleWriter, read
from strategies.lib.handoff.blocks import of_batch
from strategies.lib.handoff.files import FileShares


class TestTfrecord(StrategyContract):
    strategy = "tfrecord"


@pytest.mark.parametrize("world", [1, 3])
def test_rows_survive(tmp_path: Path, world: int) -> None:
    """Two files hold the rows of two partitions, one of which is empty at first; ranks cut across files."""
    pytest.importorskip("tensorflow")
    values = np.random.default_rng(0).normal(size=(1000, 4)).astype(np.float32)
    columns = ["label", "f0", "f1", "f2", "f3"]
    table = pa.table([pa.array(values[:, 0].copy()), *(pa.array(column.copy()) for column in values.T)], names=columns)
    parts = table.slice(0, 300).to_batches(max_chunksize=128), table.slice(300).to_batches(max_chunksize=128)
    place = FilePlace(Place(str(tmp_path)), Keys({}))
    names, counts = zip(*(ExampleWriter(place)(number, iter(part)) for number, part in enumerate(parts)), strict=True)
    assert counts == (300, 700)
    expected, found, sizes = RowDigest(), RowDigest(), []
    for part in parts:
        for batch in part:
            expected.add(*reversed(of_batch(batch)))
    for rank in range(world):
        before = found.rows
        for features, labels in FileShares(names, counts, partial(read, place, 4))(rank, world):
            found.add(labels, features)
        sizes.append(found.rows - before)
    assert found.as_json() == expected.as_json()
    assert max(sizes) - min(sizes) <= 1


def test_it_needs_tensorflow() -> None:
    """Where TensorFlow is not installed the way is skipped with the command that installs it."""
    facts = plugins.load("tfrecord").strategy
    assert "tensorflow" in facts.needs
    assert facts.install == "tf-spark-bench[tensorflow,spark]"
