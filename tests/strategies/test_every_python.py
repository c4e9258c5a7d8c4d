"""On every supported Python each family trains, and each way into Spark's Python workers works, all in one run."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from bench import Dataset, plugins

pytestmark = [
    pytest.mark.every_python,
    pytest.mark.skipif(sys.version_info < (3, 12), reason="the contract's tests run them all on the oldest"),
]
# One for each family; of `mlp` both that stand on packages whose authors have stopped, and a barrier stage of our own.
TRAINERS = ["mllib_linear", "mllib_rf", "mllib_mlp", "horovod", "mirrored_runner", "xgboost_barrier"]
# One for each way into Spark's Python workers; the others differ from these in what they do there.
SCORERS = ["udf_row", "udf_pandas_iter", "predict_batch_udf", "map_in_arrow", "xgboost_spark"]
Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.timeout(900)
class TestTrain:  # in a class of its own, so that both may run at once
    def test_every_family_is_ok(self, bench: Bench, dataset: Dataset) -> None:
        """With two workers, a strategy of each family that learns comes to a model."""
        loaded = [plugins.load(name) for name in plugins.names()]
        families = {plugin.strategy.family for plugin in loaded if "train" in plugin.tasks}
        assert {plugins.load(name).strategy.family for name in TRAINERS} == families - {"control"}
        all_ok(bench, dataset, "train", TRAINERS)


@pytest.mark.timeout(900)
class TestPredict:
    def test_every_way_into_spark_is_ok(self, bench: Bench, dataset: Dataset) -> None:
        """With two workers, every way of Spark into Python scores all rows."""
        all_ok(bench, dataset, "predict", SCORERS)


def all_ok(bench: Bench, dataset: Dataset, task: str, names: list[str]) -> None:
    """Run strategies with two workers, and see that each ends well."""
    wanted = [part for name in names for part in ("--strategy", name)]
    less = ["--epochs", "2", "--trees", "5", "--row-budget", "3s"]
    answer = bench("run", "--task", task, *wanted, "--data", dataset.path, *less, "--json", timeout=850)
    records = [json.loads(line) for line in answer.stdout.splitlines()]
    assert {record["trial"]["strategy"] for record in records} == {"null", *names}
    assert {record["status"] for record in records} == {"ok"}, [record["reason"] for record in records]
