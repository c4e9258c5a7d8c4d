"""Files of a hand-off are written and read in a directory and in an object store, and removed after the trial."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import Dataset, plugins
from bench.errors import UsageError
from bench.facts import Place
from bench.model import Storage
from bench.records.directory import Record
from bench.request import PlannedTrial, Request
from bench.rows import FilePlace, Keys, file_place
from bench.rows.shared import remove
from bench.runs import campaign, plan
from bench.trial import runner
from tests.conftest import Plugins
from tests.objectstore import BUCKET, ObjectStore

FACTS = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='control', tasks=('handoff',))\n"
WRITER = """
    from bench.rows import file_place

    @hookimpl
    def bench_handoff(trial):
        place = file_place(trial)
        place.make()
        with place.create("rows") as file:
            file.write(b"some")
        trial.note("seen", place.sizes())
        {}
"""


@pytest.fixture(params=["directory", "store"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place in a directory, or one in an object store, whose keys are in the environment."""
    if request.param == "directory":
        yield Place(str(tmp_path / "shared"))
        return
    store: ObjectStore = request.getfixturevalue("store")
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    # Not where other tests of the process have left anything.
    yield Place(f"s3://{BUCKET}/{tmp_path.name}/shared", store.storage)


def _planned(name: str, tiny: Dataset, place: Place | None) -> PlannedTrial:
    request = Request(task="handoff", cores=1, workers=(1,))
    return plan.make(request, {name: plugins.load(name).strategy}, tiny, shared=place)[0]


def _run(name: str, tiny: Dataset, place: Place, directory: Path) -> Record:
    planned = _planned(name, tiny, place)
    return runner.run(planned, run_name="run", environment="", log=directory / "0001-x.log", timeout_s=100)


def test_files_come_back(place: Place, tiny: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in another process, which has no keys of its own, and for libraries that know disks only."""
    shared = pickle.loads(pickle.dumps(file_place(_planned("to_arrow", tiny, place).trial)))  # noqa: S301
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    shared.make()
    with shared.create("one") as file:
        file.write(b"first")
    with shared.create_on_disk("two") as path:
        path.write_bytes(b"second")
    assert shared.sizes() == {"one": 5, "two": 6}
    for mapped in (False, True):
        with shared.open("one", mapped=mapped) as file:
            assert file.read() == b"first"
    with shared.on_disk("two") as path:
        assert path.read_bytes() == b"second"
    assert "shared" in shared.uri("one")
    remove(place)
    assert shared.sizes() == {}
    remove(place)  # nothing is there any more


def test_the_scratch_directory_is_the_default(tiny: Dataset) -> None:
    """Where no place is named, files lie in the trial's own directory."""
    trial = _planned("to_arrow", tiny, None).trial
    assert Path(file_place(trial).place.path).parent == trial.scratch


@pytest.mark.parametrize("ending", ["return None", "raise ValueError"])
def test_nothing_is_left_after_the_trial(
    installed: Plugins, tiny: Dataset, place: Place, tmp_path: Path, ending: str
) -> None:
    """Each trial has a directory of its own there, which the harness removes, also after a failure."""
    installed.add("writer", WRITER.format(ending), FACTS)
    record = _run("writer", tiny, place, tmp_path)
    assert record["status"] == ("ok" if ending.startswith("return") else "failed"), record["reason"]
    assert record["notes"]["seen"] == {"rows": 4}
    assert "shared_files_left" not in record["notes"]
    assert FilePlace(place, Keys({})).sizes() == {}
    assert "shared" not in record["trial"]


def test_files_that_cannot_be_removed_are_noted(installed: Plugins, tiny: Dataset, tmp_path: Path) -> None:
    """The record says where they are, and why."""
    nowhere = Place("s3://no-bucket/shared", Storage("http://127.0.0.1:9", "us-east-1"))
    installed.add("idle", "@hookimpl\ndef bench_handoff(trial):\n    return None\n", FACTS)
    record = _run("idle", tiny, nowhere, tmp_path)
    assert record["status"] == "ok", record["reason"]
    assert record["notes"]["shared_files_left"].startswith("s3://no-bucket/shared/run/0001-x: The store http://127")


def test_a_place_that_nobody_takes_is_refused(tiny: Dataset) -> None:
    """Only hand-offs have files for it."""
    request = Request(strategies=("null",), task="train", shared="/nowhere")
    with pytest.raises(UsageError, match=r"at --shared: say --task handoff"):
        campaign.make_plan(request, tiny, campaign.select(request), to_run=False)
