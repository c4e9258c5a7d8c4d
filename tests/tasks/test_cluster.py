"""`bench run --task cluster`: from the plan to table, report and comparison; wrong answers end as invalid."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import plugins
from bench.errors import UsageError
from bench.findings.grades import grades, worse_grades
from bench.model import Dataset
from bench.problems import PROBLEMS
from bench.problems.clusters import CLUSTERS
from bench.records.directory import Record
from bench.request import Request
from bench.rows.groups import RowGroup
from bench.runs import plan
from bench.trial import models, runner
from tests.conftest import Plugins

Bench = Callable[..., subprocess.CompletedProcess[str]]
FACTS = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='kmeans', tasks=('cluster',))\n"


@pytest.fixture
def clustered(installed: Plugins, tiny: Dataset, tmp_path: Path) -> Callable[[str], Record]:
    """Run a strategy, given as source, in a cluster trial."""

    def run(source: str) -> Record:
        installed.add("sut", source, FACTS)
        request = Request(task="cluster", cores=1, clusters=4)
        planned = plan.make(request, {"sut": plugins.load("sut").strategy}, tiny)[0]
        return runner.run(planned, run_name="run", environment="", log=tmp_path / "log", timeout_s=60.0)

    return run


def test_it_goes_all_the_way(bench: Bench, tiny: Dataset, tmp_path: Path) -> None:
    """Both of scikit-learn's ways are graded by the distance of rows; table, report and comparison have the grade."""
    wanted = ("--data", tiny.path, "--task", "cluster", "--strategy", "sklearn_*", "--clusters", "4")
    done = bench("run", *wanted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1,600 rows to cluster" in done.stdout
    assert re.search(r"sklearn_kmeans +kmeans +1 +ok.* \d\.\d{4} ", done.stdout), done.stdout
    (run,) = (tmp_path / "results").iterdir()
    lines = (run / "records.jsonl").read_text().splitlines()
    records = {record["trial"]["strategy"]: record for record in map(json.loads, lines)}
    found = records["sklearn_kmeans"]
    assert set(found["quality"]) == {"inertia"}
    assert found["rows"] == tiny.train_rows
    assert found["trial"]["clusters"] == 4
    assert "initial" not in found["trial"]
    assert records["null"]["quality"] is None
    for form in ("text", "md", "html"):
        report = bench("report", "--format", form, "--out", f"report.{form}", "--quality", "9")
        assert report.returncode == 0, report.stderr
        assert "inertia per row" in (tmp_path / f"report.{form}").read_text()
    assert "An inertia per row of at most 9.0000, as asked for" in (tmp_path / "report.text").read_text()
    better = {**found, "quality": {"inertia": found["quality"]["inertia"] / 1.002}}
    assert worse_grades(grades([found]), grades([better]), CLUSTERS)[0].startswith("inertia per row is ")
    assert not worse_grades(grades([better]), grades([found]), CLUSTERS)
    compared = bench("compare", str(run), str(run), "--format", "md")
    assert "inertia per row" in compared.stdout, compared.stderr


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("return None", "it returned no centres, as an array of numbers"),
        ("return 'far away'", "it returned no centres, as an array of numbers"),
        ("return np.load(trial.initial)", "those that it began with: nothing was learned"),
        ("return np.load(trial.initial)[:3]", "its centres have the shape (3, 4), and 4 of 4 features were asked for"),
        ("return np.load(trial.initial) * np.nan", "some centres are NaN or infinite"),
        ("return np.load(trial.initial) + 99", "on the rows that it learned from is above"),
    ],
)
def test_a_wrong_answer_is_invalid(clustered: Callable[[str], Record], source: str, reason: str) -> None:
    """The record says what is wrong, and has no time."""
    record = clustered(f"@hookimpl\ndef bench_train(trial):\n    import numpy as np\n    {source}\n")
    assert record["status"] == "invalid", record["reason"]
    assert reason in record["reason"]
    assert record["phase"] == "train"
    assert record["time_to_model_s"] is None


def test_more_clusters_than_rows_are_refused(tiny: Dataset, bench: Bench) -> None:
    """The plan refuses what no trial could do, before any of them runs."""
    with pytest.raises(UsageError, match="1,600 rows to train on give no 1,601 clusters: lower --clusters"):
        plan.make(Request(task="cluster", clusters=1601), {"null": plugins.load("null").strategy}, tiny)
    done = bench("run", "--data", tiny.path, "--task", "cluster", "--strategy", "null", "--clusters", "1601")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_label_is_never_looked_at(tiny: Dataset) -> None:
    """What a cluster trial is graded by depends on its task, and not on the dataset's problem."""
    null = {"null": plugins.load("null").strategy}
    numbers = replace(tiny, problem="regression")
    (planned,) = plan.make(Request(task="cluster"), null, numbers)
    assert planned.grading is CLUSTERS
    assert planned.labelled is None
    (planned,) = plan.make(Request(task="train"), null, numbers)
    assert planned.grading is PROBLEMS["regression"]
    assert planned.labelled is numbers


@pytest.mark.parametrize("rows", [[7] * 100, [1000], [1, 1, 5000], [3] * 5])
@pytest.mark.parametrize("number", [1, 16, 200])
def test_the_sample_is_from_all_over_the_split(rows: list[int], number: int) -> None:
    """Parts of row groups far from each other give as many rows as are wanted, or all that there are."""
    groups = [RowGroup("file", index, count) for index, count in enumerate(rows)]
    parts = models._spread(groups, number)
    assert sum(part.rows for part in parts) == min(number, sum(rows))
    assert all(0 < part.rows <= rows[part.index] for part in parts)
    assert len({part.index for part in parts}) == len(parts)
    if number == 16 and len(rows) == 100:
        assert np.diff(sorted(part.index for part in parts)).max() <= 7
