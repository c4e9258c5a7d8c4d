"""A package adds a task, a kind of problem and a family, and they go through plan, trial, record, table and report."""

from __future__ import annotations

import copy
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.datasets.format import manifest as manifests
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import PluginError
from bench.families import FAMILIES

QUIET = {"foreign_cpu_share": 0.0, "steal_share": 0.0, "memory_stall_share": 0.0}
PACKAGE = '''
"""A kind of each sort, and a strategy that takes part in them."""

from bench import PredictionWriter, Strategy, hookimpl, rows
from bench.families import Family, Setting
from bench.problems.base import InvalidAnswerError, Problem
from bench.problems.metrics import Metric
from bench.tasks.base import COST_COLUMNS, Column, Task


class Rehearsal(Task):
    """Train, and be judged by the time for a row."""

    def rows(self, dataset):
        return dataset.train_rows

    def work(self, seen):
        return {"rows": seen.dataset.train_rows, "rows_per_s": seen.dataset.train_rows / seen.phases["train"]}

    def seconds(self, record):
        return 1 / record["rows_per_s"] if record["rows_per_s"] else None


class Distance(Problem):
    """Numbers, graded by their mean distance from the label: less is better."""

    name = "distance"
    metrics = (Metric("distance", "mean distance", better=-1, tolerance=0.1, near=0.05, range=(0.0, 9.0), digits=3),)
    chance = 1.0
    tolerance = 1e-5

    def check_labels(self, labels, column, path):
        pass

    def columns(self):
        return {"score": "f"}

    def check(self, predictions):
        if predictions["score"].max() > 9:
            raise InvalidAnswerError("some answers are above 9")

    def learned(self, predictions):
        return True

    def grade(self, labels, predictions, weights=None):
        return {"distance": float(abs(labels - predictions["score"]).mean())}

    def opposite(self, grade):
        return 1 - grade


TASK = Rehearsal(
    name="rehearse",
    hooks=("train", "predict"),
    measured="train",
    splits_to_score=("test",),
    weighs_quality=True,
    result="for a row",
    time_is="time for a row",
    rows_are="to rehearse with",
    judged_rows=1,
    axis_rows=1,
    columns=(Column("rows\\nrehearsed", "count", ("rows",)),),
    columns_after=COST_COLUMNS,
)
PROBLEM = Distance()
FAMILY = Family("constant", (Setting("loops", 3, "Loops of the rehearsal", most=50),), learning_rate=0.5)


@hookimpl
def bench_strategy():
    return Strategy(family="constant", tasks=("rehearse",), problems=("distance",))


@hookimpl
def bench_train(trial):
    trial.note("loops", trial.settings["loops"])
    trial.note("learning_rate", trial.learning_rate)
    return trial.settings["loops"]


@hookimpl
def bench_predict(trial, model):
    with PredictionWriter(trial.scratch / "predictions.parquet") as predictions:
        for row_ids, features in rows.open(trial.dataset, "test").batches():
            predictions.write(row_ids, [1.0 / model] * len(row_ids))
    return predictions.path
'''
ENTRY_POINTS = {"bench": "", "bench.tasks": ":TASK", "bench.problems": ":PROBLEM", "bench.families": ":FAMILY"}
NAMES = {"bench": "rehearsed", "bench.tasks": "rehearse", "bench.problems": "distance", "bench.families": "constant"}
Bench = Callable[..., subprocess.CompletedProcess[str]]


def install(site: Path, name: str, code: str, entries: str) -> None:
    """Put a package where Python looks for installed ones."""
    info = site / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_text(code)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(entries)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose packages are installed."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    return tmp_path / "site"


@pytest.fixture
def package(site: Path) -> None:
    """A package with entry points in all four groups, as if it were installed."""
    lines = [f"[{group}]\n{NAMES[group]} = added{place}\n" for group, place in ENTRY_POINTS.items()]
    install(site, "added", PACKAGE, "\n".join(lines))


@pytest.fixture
def data(home: Path) -> Path:
    """A dataset whose manifest names the added kind of problem."""
    path = Path(make_synthetic(500, 4, name="far").dataset.path)
    assert path.parent == home
    found = json.loads((path / manifests.NAME).read_text())
    assert found["problem"] == "binary"
    found |= {"problem": "distance", "best_distance": 0.25, "floors": {"constant": 0.9}}
    del found["best_auc"]
    (path / manifests.NAME).write_text(json.dumps(found))
    return path


@pytest.mark.usefixtures("package")
def test_added_kinds_go_all_the_way(bench: Bench, data: Path, tmp_path: Path) -> None:
    """The option of the family's setting, the task's figures, the problem's grade and its direction are everywhere.

    What others took meanwhile is taken out of the records, since a busy machine ranks nothing.
    """
    wanted = ("--data", str(data), "--task", "rehearse", "--strategy", "rehearsed")
    plan = bench("run", *wanted, "--dry-run")
    assert "rehearsed  rehearse" in plan.stdout, plan.stderr
    done = bench("run", *wanted, "--loops", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "400 rows to rehearse with" in done.stdout
    assert re.search(r"rehearsed +constant +1 +ok(?:, disturbed \([^)]*\))? +400 +0\.500", done.stdout), done.stdout
    run = next((tmp_path / "results").iterdir())
    records = [json.loads(line) for line in (run / "records.jsonl").read_text().splitlines()]
    calm = ({**found, "machine": {}, "resources": {**found["resources"], **QUIET}} for found in records)
    (run / "records.jsonl").write_text("".join(json.dumps(found) + "\n" for found in calm))
    (record,) = (found for found in records if found["trial"]["strategy"] == "rehearsed")
    assert record["status"] == "ok", record["reason"]
    assert record["trial"]["loops"] == 2
    assert record["trial"]["problem"] == "distance"
    assert record["notes"]["learning_rate"] == 0.5
    assert record["quality"] == {"distance": pytest.approx(0.5)}
    report = bench("report", "--format", "md").stdout
    assert " for a row with mean distance 0.500" in report
    assert "mean distance" in report.partition("## All cases")[2].splitlines()[2]
    good, bad = (bench("report", "--format", "text", "--quality", asked).stdout for asked in ("0.6", "0.4"))
    assert "mean distance of at most 0.600" in good
    assert "Nothing reaches a mean distance of 0.400: the best is rehearsed with 0.500." in bad
    assert bench("report", "--format", "html").returncode == 0
    assert "distance" in bench("report", "--format", "csv").stdout.splitlines()[0].split(",")


@pytest.mark.usefixtures("package")
def test_a_table_is_imported_as_an_added_kind(bench: Bench, home: Path, tmp_path: Path) -> None:
    """The label is the column's number, and the kind that is named is in the manifest and in the list."""
    numbers = [number % 50 / 4 for number in range(500)]
    pq.write_table(pa.table({"a": range(500), "far": numbers}), tmp_path / "table.parquet")
    options = ("--label", "far", "--kind", "distance")
    done = bench("data", "import", str(tmp_path / "table.parquet"), *options, BENCH_DATA=str(home))
    assert done.returncode == 0, done.stderr
    assert json.loads((home / "table" / manifests.NAME).read_text())["problem"] == "distance"
    assert "distance, 6.1" in bench("data", "list", BENCH_DATA=str(home)).stdout
    assert bench("data", "describe", "table", "--verify", BENCH_DATA=str(home)).returncode == 0


@pytest.mark.usefixtures("package")
def test_the_floor_holds_where_less_is_better(bench: Bench, data: Path) -> None:
    """With as many loops as the default, an answer that is farther off than the floor is refused in its words."""
    manifest = json.loads((data / manifests.NAME).read_text())
    (data / manifests.NAME).write_text(json.dumps(manifest | {"floors": {"constant": 0.1}}))
    wanted = ("--data", str(data), "--task", "rehearse", "--strategy", "rehearsed")
    assert re.search(r"a mean distance of 0\.\d{3} is above 0\.100", bench("run", *wanted, "--loops", "4").stdout)
    assert bench("run", *wanted, "--loops", "2").returncode == 0


def test_what_nobody_brings_is_a_sentence(bench: Bench, data: Path) -> None:
    """A dataset of a problem that no package here brings is refused with what to do."""
    done = bench("run", "--data", str(data), "--strategy", "null")
    assert done.returncode == 2
    assert "There is no kind of problem 'distance' here: install the package that brings it, or update" in done.stderr


FAMILY = "from bench.families import Family, Setting\nFAMILY = "
FAULTS = {
    "no-import": ("families", "import nowhere", "ModuleNotFoundError: No module named 'nowhere'."),
    "no-family": ("families", "FAMILY = 'odd'", "is no object of the class Family: let its entry point name one."),
    "name": ("families", FAMILY + "Family('even')", "calls itself 'even': give it and its entry point one name."),
    "seed": ("families", FAMILY + "Family('odd', (Setting('seed', 1, ''),))", "'seed', which means something else"),
    "capital": ("families", FAMILY + "Family('odd', (Setting('LR', 1, ''),))", "'LR': write it in small letters"),
    "hook": (
        "tasks",
        "import dataclasses\nfrom bench.tasks import TASKS\nFAMILY = dataclasses.replace(TASKS['train'], name='odd', "
        "hooks=('deploy', 'predict'))",
        "calls a hook 'deploy' that the contract does not have.",
    ),
    "grade": (
        "problems",
        "import copy\nfrom bench.problems import PROBLEMS, Metric\nFAMILY = copy.copy(PROBLEMS['binary'])\n"
        "FAMILY.name = 'odd'\nFAMILY.metrics = (Metric('cpu', 'CPU', 1, 1, 1, (0, 1)),)",
        "calls a grade 'cpu', which tables have a column for: call it something else.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_kind_is_a_sentence(site: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """A kind that is not what it should be is refused where it is asked for, with the package to mend."""
    group, code, reason = FAULTS[fault]
    install(site, "odds", code, f"[bench.{group}]\nodd = odds:FAMILY\n")
    monkeypatch.syspath_prepend(site)
    sort = importlib.import_module(f"bench.{group}")
    kinds = copy.copy(getattr(sort, group.upper()))
    vars(kinds).pop("_brought", None)
    with pytest.raises(PluginError, match=r"'odd' \(odds:FAMILY\)") as caught:
        kinds["odd"]
    assert reason in str(caught.value)
    sys.modules.pop("odds", None)


def test_a_broken_family_is_in_nobodys_way(bench: Bench, site: Path, home: Path) -> None:
    """A family that cannot be imported stops its own strategies and no others."""
    install(site, "odds", "import nowhere", "[bench.families]\nodd = odds:FAMILY\n")
    data = make_synthetic(500, 4, name="near").dataset.path
    assert data.startswith(str(home))
    done = bench("run", "--data", data, "--strategy", "null", "--epochs", "2")
    assert done.returncode == 0, done.stderr
    assert bench("report", "--format", "text").returncode == 0


def test_two_settings_of_one_name_are_refused(bench: Bench, site: Path) -> None:
    """Two packages that mean two things by one option are named, with what to do."""
    for number in (1, 2):
        code = f"{FAMILY}Family('odd{number}', (Setting('loops', {number}, 'Loops'),))"
        install(site, f"odds{number}", code, f"[bench.families]\nodd{number} = odds{number}:FAMILY\n")
    done = bench("run", "--strategy", "null", "--dry-run")
    assert done.returncode == PluginError.exit_code
    assert "The families 'odd1' and 'odd2' both have a setting 'loops'" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_packages_with_one_kind_are_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two families of one name are named, with what to do."""
    for number in (1, 2):
        install(site, f"odds{number}", f"{FAMILY}Family('odd')", f"[bench.families]\nodd = odds{number}:FAMILY\n")
    monkeypatch.syspath_prepend(site)
    kinds = copy.copy(FAMILIES)
    vars(kinds).pop("_brought", None)
    with pytest.raises(PluginError, match="Two packages bring a family 'odd', odds1:FAMILY and odds2:FAMILY"):
        kinds["odd"]
