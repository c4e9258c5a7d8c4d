"""XGBoost's Spark estimator, where the files of a table split into partitions without rows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from bench.datasets.makers.synthetic import make_synthetic


@pytest.mark.usefixtures("home")
def test_more_workers_than_row_groups(bench: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """One row group for two workers: rows are shuffled, where a worker without any would fail the trial."""
    manifest = make_synthetic(2_000, 4, name="one-group", group_rows=2_000)
    place = ("--data", manifest.dataset.path, "--workers", "2", "--cores", "2", "--trees", "4")
    done = bench("run", "--strategy", "xgboost_spark", *place, "--json")
    record = next(one for one in map(json.loads, done.stdout.splitlines()) if one["trial"]["family"] == "gbt")
    assert record["status"] == "ok", record["reason"]
    assert record["notes"]["shuffled"]
