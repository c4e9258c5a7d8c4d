"""What benches before 0.2 left stays readable: a run with failures, a dataset; a night's history is in tests/trend."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.datasets import open_dataset
from bench.datasets.format.fingerprint import verify_content
from bench.datasets.store import open_manifest
from bench.findings.cases import cases, cost, time_s
from bench.records.directory import read_run

KEPT = Path(__file__).parent / "kept" / "0.1"
Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The kept run, in the directory where the command line looks for runs."""
    return shutil.copytree(KEPT / "run", tmp_path / "results" / "kept")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A copy of the kept dataset, since a trial writes beside one."""
    return shutil.copytree(KEPT / "dataset", tmp_path / "old")


def test_a_run_of_before_is_read_case_by_case() -> None:
    """Its failures are there, and its cases are judged as they were: by the time to a model."""
    run = read_run(KEPT / "run")
    assert {record["schema"] for record in run.records} == {1}
    found = {case.strategy: case for case in cases(run.records)}
    assert found["mllib_linear"].status == "timeout"
    assert found["lightgbm"].disturbed
    assert found["lightgbm"].cause.share > 1.5
    assert cost(found["lightgbm"]) is None
    assert time_s(found["lightgbm"]) == found["lightgbm"].median("time_to_model_s")
    assert found["lightgbm"].problem.name == "binary"
    assert found["lightgbm"].grade == found["lightgbm"].median("quality", "auc")


@pytest.mark.parametrize("kind", ["html", "md", "text", "json", "csv", "parquet", "pytest-benchmark"])
def test_every_report_can_be_made_of_a_run_of_before(bench: Bench, run: Path, tmp_path: Path, kind: str) -> None:
    """A run of 0.1 makes a report in every format, and its table can be shown."""
    done = bench("report", str(run), "--format", kind, "--out", "report.out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.out").stat().st_size > 500


def test_a_run_of_before_is_shown_and_compared(bench: Bench, run: Path) -> None:
    """`bench show` has its table, and `bench compare` finds it equal to itself but for what timed out."""
    shown = bench("show", "kept")
    assert "mllib_linear  linear         1  timeout" in shown.stdout, shown.stderr
    compared = bench("compare", str(run), str(run), "--format", "json")
    verdicts = {case["strategy"]: case["verdict"] for case in json.loads(compared.stdout)["cases"]}
    assert verdicts == {"lightgbm": "inconclusive", "xgboost": "inconclusive", "mllib_linear": "broken"}


def test_a_dataset_of_before_is_a_binary_one(dataset: Path) -> None:
    """Its manifest names no problem, and means two classes; every byte is what it was."""
    manifest = open_manifest(str(dataset))
    verify_content(manifest)
    found = open_dataset(str(dataset))
    assert (found.problem, found.train_rows, found.features) == ("binary", 192, ("x0", "x1"))
    assert found.best is not None


def test_a_dataset_of_before_can_be_trained_on(bench: Bench, dataset: Path) -> None:
    """A strategy reads it like any other."""
    done = bench("run", "--data", str(dataset), "--strategy", "lightgbm", "--json")
    (record,) = (json.loads(line) for line in done.stdout.splitlines() if '"lightgbm"' in line)
    assert record["status"] == "ok", record["reason"]
    assert record["trial"]["problem"] == "binary"
