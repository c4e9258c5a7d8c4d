"""Predictions are left where the user says, and read back from there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import Dataset, plugins
from bench.datasets.format.digests import difference
from bench.datasets.makers.flights_raw import make_flights_raw
from bench.datasets.remote import copy
from bench.errors import StorageError
from bench.facts import Place
from bench.pipelines import ENGINES, load
from bench.pipelines.check import digests_of
from bench.pipelines.definition import find
from bench.request import Request
from bench.rows import places
from bench.runs import plan
from bench.trial import runner
from tests.conftest import Plugins
from tests.objectstore import BUCKET, ObjectStore

SCORER = """
    from bench import rows

    @hookimpl
    def bench_train(trial):
        return None

    @hookimpl
    def bench_predict(trial):
        return rows.write_scores(trial, lambda features: abs(features[:, 0]) % 1)
"""


DIES = """
    import os
    from pathlib import Path

    from bench import rows

    @hookimpl
    def bench_train(trial):
        return None

    @hookimpl
    def bench_predict(trial):
        features = Path(rows.feature_place(trial.write_to).path)
        features.mkdir(parents=True)
        (features / "part-0.parquet").touch()
        os.kill(os.getpid(), 9)
"""


@pytest.fixture
def in_store(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A store that this process reaches, and those that it starts."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    return store


def test_scores_of_a_predict_trial_are_left_in_a_store(
    installed: Plugins, tiny: Dataset, tmp_path: Path, in_store: ObjectStore
) -> None:
    """They are graded from there."""
    installed.add("scorer", SCORER)
    facts = {"scorer": plugins.load("scorer").strategy}
    place = Place(f"s3://{BUCKET}/scored-of-predict", in_store.storage)
    planned = plan.make(Request(task="predict", cores=1), facts, tiny, write_to=place)[0]
    record = runner.run(planned, run_name="run", environment="", log=tmp_path / "0001-x.log", timeout_s=100)
    assert record["status"] == "ok", record["reason"]
    with places.fetched(f"{place.path}/run/0001-x", in_store.storage) as back:
        assert pq.read_table(back).num_rows == tiny.rows


def test_scores_of_a_predict_trial_are_left_and_graded(installed: Plugins, tiny: Dataset, tmp_path: Path) -> None:
    """They have a directory of the trial's own, and the time to write them has a phase of its own."""
    installed.add("scorer", SCORER)
    facts = {"scorer": plugins.load("scorer").strategy}
    place = Place(str(tmp_path / "scored"))
    planned = plan.make(Request(task="predict", cores=1), facts, tiny, write_to=place)[0]
    record = runner.run(planned, run_name="run", environment="", log=tmp_path / "0001-x.log", timeout_s=100)
    assert record["status"] == "ok", record["reason"]
    assert record["phases"]["write"] > 0
    assert pq.read_table(tmp_path / "scored" / "run" / "0001-x").num_rows == tiny.rows
    assert plan.make(Request(cores=1), facts, tiny, write_to=place)[0].trial.write_to is None


def test_features_beside_predictions_are_gone_however_the_trial_ends(
    installed: Plugins, tiny: Dataset, tmp_path: Path
) -> None:
    """A worker that is killed removes nothing; the harness does."""
    installed.add("dies", DIES)
    place = Place(str(tmp_path / "scored"))
    facts = {"dies": plugins.load("dies").strategy}
    planned = plan.make(Request(task="predict", cores=1), facts, tiny, write_to=place)[0]
    record = runner.run(planned, run_name="run", environment="", log=tmp_path / "0001-x.log", timeout_s=100)
    assert (record["status"], record["phase"]) == ("failed", "predict")
    assert not (tmp_path / "scored" / "run" / "0001-x.features").exists()


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """It says which option to change."""
    (tmp_path / "taken").write_text("a file")
    pq.write_table(pa.table({"row_id": [0]}), tmp_path / "scores.parquet")
    with pytest.raises(StorageError, match=r"cannot be written .*: give another --predictions"):
        places.write(_trial_to(Place(str(tmp_path / "taken"))), tmp_path / "scores.parquet")


def _trial_to(place: Place) -> object:
    class Written:
        write_to = place

    return Written()


@pytest.mark.parametrize("name", ["duckdb", "polars", "pandas"])
@pytest.mark.usefixtures("home")
def test_from_bucket_to_bucket(in_store: ObjectStore, tmp_path: Path, name: str) -> None:
    """An engine reads raw tables out of a store, and predictions come back from one as they were."""
    pytest.importorskip(name)
    store = in_store
    there = copy(make_flights_raw(sample=2000), f"s3://{BUCKET}/raw-of-places-{name}", store.storage).dataset
    facts = {f"{name}+lightgbm": load(f"{name}+lightgbm").strategy}
    place = Place(f"s3://{BUCKET}/scored-of-places-{name}", store.storage)
    planned = plan.make(Request(task="pipeline", cores=1), facts, there, write_to=place)[0]
    trial = replace(planned.trial, scratch=tmp_path)
    engine = ENGINES[name]
    session = engine.start(trial)
    table = engine.features(trial, session, find(there.raw["features"]))
    engine.stop(trial, session)
    assert difference(digests_of(there, table), there.raw["digests"]) is None
    pq.write_table(table.select(["row_id"]), tmp_path / "scores.parquet")
    written = places.write(trial, tmp_path / "scores.parquet")
    with places.fetched(written, store.storage) as back:
        assert pq.read_table(back).equals(table.select(["row_id"]))
