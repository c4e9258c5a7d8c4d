"""On every supported Python each family trains, and each way into Spark's Python workers works."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench import Dataset, plugins
from bench.model import Reference
from bench.request import Request
from bench.runs import plan
from bench.trial import references
from tests.strategies.together import run_together

pytestmark = [
    pytest.mark.every_python,
    pytest.mark.skipif(sys.version_info < (3, 12), reason="the contract's tests run them all on the oldest"),
    pytest.mark.timeout(1800),
]
# One for each family; of `mlp` both that stand on packages whose authors have stopped, and a barrier stage of our own.
# The first has Spark give each training a Python of its own, which Keras' ranks need.
TRAINERS = ["mirrored_runner", "horovod", "xgboost_barrier", "mllib_linear", "mllib_rf", "mllib_mlp"]
# One for each way into Spark's Python workers; the others differ from these in what they do there.
SCORERS = ["map_in_arrow", "udf_row", "udf_pandas_iter", "predict_batch_udf", "xgboost_spark"]
LITTLE = Request(epochs=1, trees=5)
Bench = Callable[..., subprocess.CompletedProcess[str]]


class TestTrain:  # in a class of its own, so that both may run at once
    def test_every_family_is_ok(self, tiny: Dataset, tmp_path: Path) -> None:
        """With two workers, a strategy of each family that learns comes to a model that scores all rows."""
        loaded = [plugins.load(name) for name in plugins.names()]
        families = {plugin.strategy.family for plugin in loaded if "train" in plugin.tasks}
        assert {plugins.load(name).strategy.family for name in TRAINERS} == families - {"control"}
        all_ok(TRAINERS, LITTLE, tiny, tmp_path)

    def test_a_trial_on_spark_is_ok(self, bench: Bench, tiny: Dataset) -> None:
        """By the command, in a process of its own, with a Spark that starts and ends."""
        answer = bench("run", "--strategy", "xgboost_barrier", "--data", tiny.path, "--trees", "5", "--json")
        records = {record["trial"]["strategy"]: record for record in map(json.loads, answer.stdout.splitlines())}
        assert {name: record["status"] for name, record in records.items()} == {"null": "ok", "xgboost_barrier": "ok"}
        assert "processes_left" not in records["xgboost_barrier"]["notes"]


class TestPredict:
    def test_every_way_into_spark_is_ok(self, tiny: Dataset, tmp_path: Path) -> None:
        """With two workers, every way of Spark into Python scores all rows."""
        all_ok(SCORERS, replace(LITTLE, task="predict"), tiny, tmp_path, references.ensure(tiny))


def all_ok(
    names: list[str], request: Request, dataset: Dataset, directory: Path, reference: Reference | None = None
) -> None:
    """Run strategies with two workers in one Spark session, and see that each ends well."""
    planned = [plan.make(request, {name: plugins.load(name).strategy}, dataset, reference)[0] for name in names]
    judged = dict(zip(names, run_together(planned, directory), strict=True))
    assert {name: one.reason for name, one in judged.items() if one.status != "ok"} == {}
    assert all(one.grades for one in judged.values())
