"""Strategies on a registered table sorted by its label: in ranks, on Spark, in batches, as good as in one process."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import Dataset
from bench.datasets.register.register import register_table
from bench.request import Request
from bench.testing.support import run_trial

ROWS = 8_000
WORK = Request(trees=10, depth=4, epochs=10, batch_size=64)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two files, of which the first has most rows of one class and the second most of the other."""
    home = tmp_path_factory.mktemp("tables")
    generator = np.random.default_rng(0)
    columns = generator.normal(size=(4, ROWS))
    label = columns[0] + columns[1] * columns[2] + generator.normal(size=ROWS) > 0
    order = np.argsort(label, kind="stable")
    table = pa.table({**{f"x{at}": values for at, values in enumerate(columns)}, "label": label}).take(order)
    (home / "table").mkdir()
    for number in range(2):
        part = table.slice(number * ROWS // 2, ROWS // 2)
        pq.write_table(part, home / "table" / f"{number}.parquet", row_group_size=1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(home / "datasets"))
        found = register_table(str(home / "table"), "label", name="sorted").dataset
    assert found.clustered > 0.9
    return found


@pytest.fixture(scope="module")
def in_one_process(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The record of trees that are grown in one process, in memory."""
    return run_trial("xgboost", dataset, tmp_path_factory.mktemp("alone"), request=WORK)


@pytest.mark.parametrize(
    ("strategy", "workers"),
    [("xgboost_barrier", 2), pytest.param("mllib_gbt", 1, marks=pytest.mark.slow), ("tensorflow", 1)],
)
def test_it_is_as_good_as_in_one_process(
    dataset: Dataset, in_one_process: dict[str, Any], tmp_path: Path, strategy: str, workers: int
) -> None:
    """Trees of two ranks, those of the JVM, and a network, which learns batch by batch, are as good as trees here."""
    other = run_trial(strategy, dataset, tmp_path, workers=workers, request=WORK)
    for record in (in_one_process, other):
        assert record["status"] == "ok", record["reason"]
    # Models of other kinds differ, and ranks or batches that had one class each would be far worse than any.
    assert other["quality"]["auc"] > in_one_process["quality"]["auc"] - 0.05
    assert min(record["quality"]["auc"] for record in (in_one_process, other)) > 0.75
