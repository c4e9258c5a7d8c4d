"""Every way to score with the reference model gives its scores, and what does not is found out."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, Trial
from bench.request import Request
from bench.runs import plan
from bench.testing import StrategyContract
from bench.testing.support import LITTLE_WORK, run_trial
from strategies import scoring
from strategies.lib.scoring import udf
from tests.conftest import Plugins

PREDICT = Request(task="predict")
WAYS = {path.stem for path in Path(scoring.__file__).parent.glob("[!_]*.py")}
SECONDS = 4.0
TWIN = """
from strategies.network import tensorflow
from strategies.network.tensorflow import bench_setup  # noqa

@hookimpl
def bench_predict(trial, session, model):
    import os
    from pathlib import Path
    import pyarrow as pa
    import pyarrow.parquet as pq
    {before}
    path = tensorflow.bench_predict(trial, session, model)
    table = pq.read_table(path)
    pq.write_table({after}, path)
    return path
"""
MISTAKES = {
    "drops a row": ("", "table.slice(1)", "19,999 rows were scored instead of 20,000"),
    "repeats a row": (
        "",
        "pa.concat_tables([table.slice(1), table.slice(5, 1)])",
        "scored twice and others not at all",
    ),
    "mixes up the ids": ("", "table.set_column(0, 'row_id', table['row_id'][::-1])", "differs by"),
    "uses a stale model": ("model = Path(os.environ['STALE_MODEL'])", "table", "differs by"),
}


@pytest.fixture
def twin(installed: Plugins, dataset: Dataset, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a predict trial of a strategy that is `tensorflow` with a change."""

    def run(before: str, after: str) -> dict[str, Any]:
        facts = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='mlp')\n"
        installed.add("twin", TWIN.format(before=before, after=after), facts)
        return run_trial("twin", dataset, tmp_path, request=PREDICT)

    return run


def test_the_twin_without_a_mistake_is_ok(twin: Callable[..., dict[str, Any]]) -> None:
    """What the others differ from by one mistake is good, and measured with and without its cold start."""
    record = twin("", "table")
    assert record["status"] == "ok", record["reason"]
    cold = record["inner"]["load"][0] + record["inner"]["compile"][0]
    assert record["rows_per_s"] == pytest.approx(20_000 / record["phases"]["predict"], rel=1e-3)
    assert record["rows_per_s_warm"] == pytest.approx(20_000 / (record["phases"]["predict"] - cold), rel=1e-3)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_makes_it_invalid(
    twin: Callable[..., dict[str, Any]], mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropped, repeated and mixed-up rows, and another model than the one given, end as ``invalid``."""
    before, after, sentence = MISTAKES[mistake]
    if "STALE_MODEL" in before:
        from bench.datasets.makers.synthetic import make_synthetic
        from bench.trial import references

        monkeypatch.setenv("BENCH_DATA", str(tmp_path))
        yesterdays = make_synthetic(2_000, 8, seed=1, name="yesterday").dataset
        monkeypatch.setenv("STALE_MODEL", str(references.ensure(yesterdays).model))
    record = twin(before, after)
    assert record["status"] == "invalid"
    assert sentence in record["reason"]
    assert record["rows_per_s"] is None


class OnSpark(StrategyContract):
    @pytest.fixture(scope="class")
    @classmethod
    def dataset(cls, dataset: Dataset) -> Dataset:
        """The dataset of all tests, with which its reference model is made once for all classes."""
        return dataset

    def test_each_worker_loads_the_model_once(self, record: dict[str, Any]) -> None:
        """Loading and the first call are measured in each of the two workers, once."""
        assert len(record["inner"]["load"]) == len(record["inner"]["compile"]) == 2
        assert record["rows_per_s_warm"] > record["rows_per_s"]


class TestUdfPandas(OnSpark):
    strategy = "udf_pandas"


class TestUdfPandasIter(OnSpark):
    strategy = "udf_pandas_iter"


class TestPredictBatchUdf(OnSpark):
    strategy = "predict_batch_udf"


class TestMapInPandas(OnSpark):
    strategy = "map_in_pandas"


class TestMapInArrow(OnSpark):
    strategy = "map_in_arrow"


class RowByRow(OnSpark):
    request = replace(LITTLE_WORK, budget_s=SECONDS)

    def test_it_keeps_to_its_budget(self, record: dict[str, Any], dataset: Dataset) -> None:
        """It stops after a whole number of rows, and the rate is of these."""
        scored = record["measures"]["rows_scored"]
        assert 64 <= scored < dataset.rows
        assert record["rows"] == scored
        assert record["phases"]["predict"] >= 0.8 * SECONDS


class TestUdfRow(RowByRow):
    strategy = "udf_row"


class TestUdfPandasNaive(RowByRow):
    strategy = "udf_pandas_naive"


def test_every_way_gives_the_answers_of_each_kind(
    trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """Probabilities of all classes, and numbers of the label's unit, are those of the model; no module is left."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    trial = trial_for("map_in_arrow", task="predict", workers=(2,), budget_s=SECONDS)
    seen = observe("observe_scoring.py", trial, **{**os.environ, "TMPDIR": str(temporary)})
    assert not list(temporary.glob("__autograph*"))
    assert set(seen["multiclass"]) == WAYS
    assert max(seen["multiclass"].values()) < 1e-5
    assert max(seen["regression"].values()) < 2e-3


@pytest.mark.slow
def test_a_budget_that_suffices_leaves_no_row_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On few rows, also the slowest way comes to an end, and says nothing of a budget."""
    from bench.datasets.makers.synthetic import make_synthetic

    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "home"))
    few = make_synthetic(200, 4, name="few").dataset
    record = run_trial("udf_row", few, tmp_path, workers=2, request=replace(PREDICT, budget_s=200.0))
    assert record["status"] == "ok", record["reason"]
    assert record["rows"] == 200
    assert "rows_scored" not in record["measures"]


@pytest.mark.parametrize(("cores", "workers", "slots"), [(2, 2, 2), (3, 2, 2), (8, 3, 6), (2, 4, 4)])
def test_no_more_tasks_run_at_once_than_workers(dataset: Dataset, cores: int, workers: int, slots: int) -> None:
    """Spark has a slot for each worker's threads, and cores that are left over make no further worker."""
    request = Request(task="predict", cores=cores, workers=(workers,))
    trial = plan.make(request, {"way": udf.facts()}, dataset)[0].trial
    settings = udf.settings(trial)
    assert settings["spark.master"] == f"local[{slots}]"
    assert slots // int(settings["spark.task.cpus"]) == workers
