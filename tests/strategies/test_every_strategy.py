"""Every built-in strategy on Spark trains and scores on every supported Python, all in one run."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from bench import Dataset, plugins

# One for each way into Spark's Python workers; the others differ from these in what they do there.
SCORERS = ["udf_row", "udf_pandas_iter", "predict_batch_udf", "map_in_arrow", "tensorflow", "xgboost_spark"]
pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="the contract's tests run them all")


Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.timeout(900)
class TestTrain:  # in a class of its own, so that both may run at once
    def test_every_strategy_on_spark_is_ok(self, bench: Bench, dataset: Dataset) -> None:
        """With two workers, every strategy on Spark comes to a model."""
        all_ok(bench, dataset, "train", [name for name in plugins.names() if trains_on_spark(name)])


@pytest.mark.timeout(900)
class TestPredict:
    def test_every_strategy_on_spark_is_ok(self, bench: Bench, dataset: Dataset) -> None:
        """With two workers, every way to score on Spark scores all rows."""
        all_ok(bench, dataset, "predict", SCORERS)


def all_ok(bench: Bench, dataset: Dataset, task: str, names: list[str]) -> None:
    """Run strategies with two workers, and see that each ends well."""
    assert len(names) >= 6
    wanted = [part for name in names for part in ("--strategy", name)]
    less = ["--epochs", "2", "--trees", "5", "--row-budget", "3s"]
    answer = bench("run", "--task", task, *wanted, "--data", dataset.path, *less, "--json", timeout=850)
    records = [json.loads(line) for line in answer.stdout.splitlines()]
    assert {record["trial"]["strategy"] for record in records} == {"null", *names}
    assert {record["status"] for record in records} == {"ok"}, [record["reason"] for record in records]


def trains_on_spark(name: str) -> bool:
    """Return whether a strategy trains, and does so on Spark or with several workers."""
    plugin = plugins.load(name)
    return "train" in plugin.tasks and (plugin.strategy.distributed or "pyspark" in plugin.strategy.needs)
