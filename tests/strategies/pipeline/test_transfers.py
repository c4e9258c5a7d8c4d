"""What is handed over by files is what was handed over, wherever the files have to lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench import Dataset, Skip, Trial, rows
from bench.facts import Place
from bench.pipelines import TRANSFERS, load
from bench.request import PlannedTrial, Request
from bench.runs import plan
from bench.stores.tree import Tree
from bench.trial import runner, shared_files
from tests.objectstore import BUCKET, ObjectStore


@pytest.fixture
def planned(tiny: Dataset, tmp_path: Path) -> PlannedTrial:
    """A trial on some rows, with the mark of raw tables that a pipeline asks for."""
    facts = {"duckdb+lightgbm": load("duckdb+lightgbm").strategy}
    planned = plan.make(Request(task="pipeline", cores=1), facts, replace(tiny, raw={"tables": {}}))[0]
    return runner.with_scratch(planned, tmp_path / "scratch")


@pytest.fixture
def trial(planned: PlannedTrial) -> Trial:
    """What its strategy sees of it."""
    return planned.trial


def clear_of_files(planned: PlannedTrial, trial: Trial) -> None:
    """Do what the harness does after a trial."""
    assert not shared_files.clear(replace(planned, trial=trial), {"notes": {}})["notes"]


def table_of(dataset: Dataset) -> pa.Table:
    """Return the rows of a dataset as an engine would have made them."""
    parts = []
    for split in ("train", "test"):
        table = pa.concat_tables(rows.open(dataset, split).tables(["row_id", *dataset.columns]))
        parts.append(table.append_column("test", pa.array([split == "test"] * len(table))))
    return pa.concat_tables(parts)


@pytest.mark.parametrize("name", ["parquet_files", "in_memory"])
def test_rows_arrive_as_they_were(trial: Trial, tiny: Dataset, name: str) -> None:
    """Features and labels to train on, and the ids of the rows to score."""
    given = TRANSFERS[name].transfer(trial, table_of(tiny))
    for mine, expected in zip(
        rows.open(given, "train").matrix(1)[:2], rows.open(tiny, "train").matrix(1)[:2], strict=True
    ):
        assert np.array_equal(mine, expected)
    (row_ids, _), *_ = rows.open(given, "test").batches()
    assert np.array_equal(row_ids, next(rows.open(tiny, "test").batches())[0])


def test_on_a_cluster_files_lie_where_all_hosts_see_them(
    planned: PlannedTrial, trial: Trial, tiny: Dataset, tmp_path: Path
) -> None:
    """They lie beside the predictions, for as long as the trial runs; without a place the pipeline is skipped."""
    transfer, cluster = TRANSFERS["parquet_files"], replace(trial, master="spark://host:7077")
    with pytest.raises(Skip, match=r"--predictions DIR\|URI"):
        transfer.transfer(cluster, table_of(tiny))
    placed = replace(cluster, write_to=Place(str(tmp_path / "scored" / "trial")))
    given = transfer.transfer(placed, table_of(tiny))
    assert Path(given.path).parent == tmp_path / "scored"
    clear_of_files(planned, placed)
    assert not Path(given.path).exists()


def test_a_store_is_such_a_place(
    planned: PlannedTrial, trial: Trial, tiny: Dataset, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are written into the store and read from it, without a manifest, and are gone after the trial."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    place = Place(f"s3://{BUCKET}/scored-of-transfers/trial", store.storage)
    transfer, placed = TRANSFERS["parquet_files"], replace(trial, master="spark://host:7077", write_to=place)
    given = transfer.transfer(placed, table_of(tiny))
    assert given.path == f"{place.path}.features"
    for split in ("train", "test"):
        mine, expected = (rows.open(dataset, split).matrix(1) for dataset in (given, tiny))
        assert np.array_equal(mine[0], expected[0])
        assert np.array_equal(mine[1], expected[1])
    clear_of_files(planned, placed)
    assert not Tree(given.path, store.storage).list()
