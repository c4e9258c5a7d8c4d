"""What the harness itself does most often, each with a benchmark: `tox -e benchmark` times them, and none is a gate.

In an ordinary test run each is called once, and its answer is checked.
"""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench import PredictionWriter, rows
from bench.findings import cases
from bench.model import Dataset, Strategy
from bench.records import directory
from bench.request import Request
from bench.runs import plan
from bench.stats.steps import steps
from bench.testing.support import make_tiny_dataset
from bench.trial import quality

RECORD = json.loads((Path(__file__).parent / "records" / "schema-1.jsonl").read_text().splitlines()[0])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """20,000 rows of 8 features."""
    return make_tiny_dataset(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="module")
def records() -> list[directory.Record]:
    """10,000 records: 20 repeats of 500 cases."""
    made = []
    for number in range(10_000):
        record = copy.deepcopy(RECORD)
        record["trial"] |= {"strategy": f"strategy{number % 500}", "repeat": number // 500}
        made.append(record | {"status": "ok", "reason": None, "time_to_model_s": 1.0 + number % 7})
    return made


def test_parquet_to_matrix(benchmark: BenchmarkFixture, dataset: Dataset) -> None:
    """The train split becomes one matrix."""
    train = rows.open(dataset, "train")
    features, labels, weights = benchmark(train.matrix, 2)
    assert features.shape == (dataset.train_rows, 8)
    assert len(labels) == dataset.train_rows
    assert weights is None


def test_grading(benchmark: BenchmarkFixture, dataset: Dataset, tmp_path: Path) -> None:
    """The scores of both splits are matched with their labels and graded."""
    row_ids = np.random.default_rng(0).permutation(dataset.rows)
    with PredictionWriter(tmp_path / "predictions.parquet") as writer:
        writer.write(row_ids, np.linspace(0, 1, dataset.rows, dtype=np.float32))
    grades = benchmark(quality.grade, dataset, ("train", "test"), writer.path)
    assert grades["auc"] == pytest.approx(0.5, abs=0.05)


def test_summary_of_ten_thousand_records(benchmark: BenchmarkFixture, records: list[directory.Record]) -> None:
    """Records become cases with their medians."""
    found = benchmark(lambda: [(case, case.median("time_to_model_s")) for case in cases.cases(records)])
    assert len(found) == 500


def test_plan_of_a_thousand_trials(benchmark: BenchmarkFixture, dataset: Dataset) -> None:
    """A request becomes trials in the order of their blocks."""
    strategies = {f"strategy{number}": Strategy("mlp", distributed=True) for number in range(25)}
    trials = benchmark(plan.make, Request(workers=(1, 2), repeat=20), strategies, dataset)
    assert len(trials) == 1000


def test_validation_of_a_record(benchmark: BenchmarkFixture) -> None:
    """A record is checked against its schema."""
    benchmark(directory.validate, RECORD)
    with pytest.raises(directory.ResultsError):
        directory.validate({**RECORD, "status": "fine"})


def test_reading_of_a_thousand_records(
    benchmark: BenchmarkFixture, records: list[directory.Record], tmp_path: Path
) -> None:
    """A run's records are parsed and checked."""
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records[:1000]))
    assert len(benchmark(directory.read_run, tmp_path).records) == 1000


def test_steps_of_a_year(benchmark: BenchmarkFixture) -> None:
    """A year of nights is searched for steps."""
    nights = np.random.default_rng(0).normal(scale=0.01, size=365)
    nights[200:] += 0.1
    assert [step.at for step in benchmark(steps, nights)] == [200]
