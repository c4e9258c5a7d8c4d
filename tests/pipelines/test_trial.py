"""A trial of a pipeline, with an engine and a hand-off that another package brings by one entry point each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from bench import Dataset
from bench.datasets.makers.flights_raw import make_flights_raw
from bench.facts import Place
from bench.pipelines import load
from bench.records.directory import Record
from bench.request import Request
from bench.runs import plan
from bench.tasks.base import Observation
from bench.tasks.pipeline import PIPELINE
from bench.trial import runner

PARTS = """
from dataclasses import dataclass

import pyarrow as pa

from bench import rows
from bench.pipelines import Engine, FeatureTransfer, hold_table


@dataclass(frozen=True)
class Copier(Engine):
    surplus: int = 0

    def start(self, trial):
        rows.import_libraries(1)

    def features(self, trial, session, definition):
        parts = []
        for split in ("train", "test"):
            table = pa.concat_tables(rows.open(trial.dataset, split).tables(["row_id", *trial.dataset.columns]))
            parts.append(table.append_column("test", pa.array([split == "test"] * len(table))))
        return pa.concat_tables([*parts, parts[0].slice(0, self.surplus)])


@dataclass(frozen=True)
class Courier(FeatureTransfer):
    def transfer(self, trial, frame):
        trial.note("carried", len(frame))
        return hold_table(trial.dataset, frame)


COPIER, DOUBLER = Copier("copier"), Copier("doubler", surplus=7)
COURIER = Courier("courier", takes=("arrow",), serves=("process",))
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Callable[..., Record]]:  # noqa: ARG001 - datasets
    """Run a pipeline of parts that were installed, on some flights."""
    site = tmp_path / "site"
    info = site / "copiers-0.dist-info"
    info.mkdir(parents=True)
    (site / "copiers.py").write_text(PARTS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: copiers\nVersion: 0\n")
    entries = "copier = copiers:COPIER\ndoubler = copiers:DOUBLER\n"
    entries = f"[bench.engines]\n{entries}[bench.handoffs]\ncourier = copiers:COURIER\n"
    (info / "entry_points.txt").write_text(entries)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    from bench.pipelines import ENGINES, TRANSFERS

    for kinds in (ENGINES, TRANSFERS):
        monkeypatch.setattr(kinds, "_known", dict(vars(kinds)["_known"]))
        monkeypatch.delitem(vars(kinds), "_brought", raising=False)
    made = make_flights_raw(sample=20_000).dataset

    def start(name: str, dataset: Dataset = made) -> Record:
        request = Request(task="pipeline", cores=1, trees=5)
        write_to = Place(str(tmp_path / "scored"))
        planned = plan.make(request, {name: load(name).strategy}, dataset, write_to=write_to)[0]
        return runner.run(planned, run_name="run", environment="", log=tmp_path / "trial.log", timeout_s=100)

    yield start
    for kinds in (ENGINES, TRANSFERS):
        vars(kinds).pop("_brought", None)


def test_stages_make_up_the_time_and_predictions_are_where_they_should_be(
    run: Callable[..., Record], tmp_path: Path
) -> None:
    """The stages sum to the phase of the pipeline; the grader has read what lies at the place that was named."""
    record = run("copier+courier+sklearn_histgbt")
    assert record["status"] == "ok", record["reason"]
    stages = [record["inner"][name][0] for name in ("etl", "handoff", "train", "predict", "write")]
    assert math.isclose(sum(stages), record["phases"]["pipeline"], rel_tol=0.01, abs_tol=0.05)
    assert record["time_to_predictions_s"] == record["phases"]["pipeline"] > record["time_to_model_s"] > 0
    assert record["quality"]["auc"] > 0.6
    assert record["notes"]["carried"] == record["rows"]
    (written,) = (tmp_path / "scored" / "run" / "trial").iterdir()
    assert 0 < pq.read_metadata(written).num_rows < record["rows"] / 4


def test_a_program_that_names_no_stages_has_no_time_to_a_model() -> None:
    """Nothing is known of it, and nothing is not 0 s."""
    rows = SimpleNamespace(rows=100, train_rows=80, test_rows=20)
    for inner, expected in (({}, None), ({"etl": [1.0], "handoff": [0.5], "train": [1.0, 2.0]}, 3.5)):
        seen = Observation(rows, {"pipeline": 5.0}, inner, {}, given_model=False)
        assert PIPELINE.work(seen)["time_to_model_s"] == expected


def test_a_wrong_table_is_invalid_however_good_the_grade(run: Callable[..., Record]) -> None:
    """Seven rows that come twice are found."""
    record = run("doubler+sklearn_histgbt")
    assert record["status"] == "invalid"
    assert "7 rows too many: a join doubles rows" in record["reason"]
