"""An earlier run as the baseline: what it gives to a night, and why it may not be one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bench import environment
from bench.datasets import remote
from bench.datasets.store import open_manifest
from bench.errors import DatasetError, ResultsError, UsageError
from bench.gate.arms import preparing, stored
from bench.gate.request import GateRequest
from bench.model import Dataset
from bench.request import Request
from tests.objectstore import BUCKET, ObjectStore

PAST = Path(__file__).parents[2] / "records" / "schema-1.jsonl"
GOOD = next(record for record in map(json.loads, PAST.read_text().splitlines()) if record["status"] == "ok")
GRADES = {"auc": 0.8, "log_loss": 0.5}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, tiny: Dataset) -> Write:
    """Write a run of this machine, on a small dataset, with a record of each of some tasks."""

    def run(
        *tasks: str, dataset: Dataset = tiny, change: Callable[[dict[str, Any]], object] = lambda _run: None
    ) -> Path:
        whole = {
            "schema": 1,
            "run": "run",
            "started_at": "2026-11-22T18:00:00Z",
            "command": ["bench", "run"],
            "request": asdict(Request(strategies=("mine",), cores=1, other_tasks=True)),
            "environment": {**environment.describe(1), "commit": {"id": "a" * 40, "dirty": False}},
            "dataset": asdict(dataset),
            "plan": [],
        }
        change(whole)
        trial = {**GOOD["trial"], "strategy": "mine", "fingerprint": dataset.fingerprint}
        records = [{**GOOD, "quality": GRADES, "trial": {**trial, "task": task}} for task in tasks or ("train",)]
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "run.json").write_text(json.dumps(whole))
        (tmp_path / "run" / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        return tmp_path / "run"

    return run


def test_a_run_brings_what_it_was_asked_for(write: Write, tiny: Dataset) -> None:
    """Its commit, request and dataset are those of the night, with its grades and with what its runs took."""
    found = stored.read(write())
    assert (found.commit, found.dataset, found.request.strategies) == ("a" * 40, tiny, ("mine",))
    assert list(found.grades.values()) == [GRADES]
    assert list(found.walls.values()) == [GOOD["wall_s"]]
    assert found.grades.keys() == found.walls.keys()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda run: run.pop("request"), r"damaged \(no request\)"),
        (lambda run: run["environment"].pop("versions"), r"damaged \(no versions\)"),
        (lambda run: run["environment"]["host"].pop("cpu"), r"damaged \(no cpu\)"),
        (lambda run: run["dataset"].pop("fingerprint"), r"damaged \(no fingerprint\)"),
        (lambda run: run["request"].update(gpus=2), "made by a newer bench, with a 'gpus'"),
        (lambda run: run["dataset"]["storage"].update(proxy="here"), "made by a newer bench, with a 'proxy'"),
    ],
)
def test_a_run_that_lacks_parts_or_has_unknown_ones_is_refused(
    write: Write, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    """What is missing is named, and so is a setting of a newer bench, which could not be heeded."""
    with pytest.raises(ResultsError, match=sentence):
        stored.read(write(change=change))


def test_a_run_without_a_good_record_is_refused(write: Write) -> None:
    """What never ended well has no grades to reach."""
    run = write()
    (run / "records.jsonl").write_text("")
    with pytest.raises(UsageError, match="holds no record that ended well"):
        stored.read(run)


def test_a_dataset_that_changed_is_refused(write: Write, tiny: Dataset) -> None:
    """What lies there by now under the recorded path must be what the run ran on."""
    with pytest.raises(UsageError, match="is not the one that run ran on"):
        stored.read(write(dataset=replace(tiny, fingerprint="0" * 32)))


def test_a_run_is_of_one_dataset(write: Write, tiny: Dataset) -> None:
    """A second --data would go unmeasured, so it is refused."""
    with pytest.raises(UsageError, match="ran on one dataset"):
        stored.read(write(), (tiny.path, tiny.path))


def test_a_night_is_of_one_task(write: Write) -> None:
    """A run without --task that held both tasks is refused for that."""
    with pytest.raises(UsageError, match="trials of several tasks"):
        stored.read(write("train", "predict"))


def test_the_task_is_that_of_the_trials(write: Write) -> None:
    """A run without --task of a strategy that only scores is measured as what it was."""
    assert stored.read(write("predict")).request.task == "predict"


def test_a_dataset_in_a_store_is_found_again(
    write: Write, tiny: Dataset, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recorded dataset is read where it lay then, one that is asked for where the standard variables say."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    there = remote.copy(open_manifest(tiny.path), f"s3://{BUCKET}/stored", store.storage).dataset
    asked = GateRequest(Path(), Request(), data=(there.path,))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert [dataset for _, dataset in preparing._sources(asked, print)] == [there]
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    run = write(dataset=there)
    assert stored.read(run).dataset == there
    store.filesystem().delete_dir(f"{BUCKET}/stored")
    with pytest.raises(DatasetError, match=f"s3://{BUCKET}/stored"):
        stored.read(run)
