"""A pipeline on Spark, from raw tables by Spark's pipe to ranks and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.datasets.makers.flights_raw import make_flights_raw
from bench.facts import Place
from bench.pipelines import load
from bench.request import Request
from bench.runs import plan
from bench.trial import runner


@pytest.mark.usefixtures("home")
def test_rows_reach_ranks_without_a_file(tmp_path: Path) -> None:
    """Spark comes to the same table as all others; each rank trains on its part of it, and scores its part."""
    name = "spark+barrier_arrow+lightgbm_spark"
    request = Request(task="pipeline", workers=(2,), cores=2, trees=5, bins=64)
    place = Place(str(tmp_path / "scored"))
    dataset = make_flights_raw(sample=6000).dataset
    planned = plan.make(request, {name: load(name).strategy}, dataset, write_to=place)[0]
    record = runner.run(planned, run_name="run", environment="", log=tmp_path / "0-x.log", timeout_s=280)
    assert record["status"] == "ok", record["reason"]
    assert sum(record["notes"]["rows_per_rank"]) == dataset.train_rows
    assert len(list((tmp_path / "scored" / "run" / "0-x").iterdir())) == 2
    assert not record["notes"]["one_machine"]
