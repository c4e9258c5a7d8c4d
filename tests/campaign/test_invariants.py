"""Each invariant of the campaign fails where it is violated, and holds where all is well."""

from __future__ import annotations

import dataclasses
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaign import invariants, victims
from tests.campaign.faults import Fault, Signal
from tests.campaign.runs import RunOnDisk
from tests.campaign.sandbox import Ending, Sandbox, sandbox
from tests.campaign.works import FORMER, Report, TableImport
from tests.report.made import MadeCase, make_run, write_run

RUN, IMPORT, REPORT = ("run", "--strategy", "steps"), ("data", "import", "--force"), ("report", "results/report.md")
TERM = Signal("SIGTERM harness", number=signal.SIGTERM)
SENTENCE = "Error: it cannot be done: do another thing."


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with one dataset."""
    (tmp_path / "datasets" / "tiny").mkdir(parents=True)
    (tmp_path / "datasets" / "tiny" / "part").write_text("rows")
    with sandbox(tmp_path, tmp_path / "site", tmp_path / "datasets") as made:
        yield made


def ended(code: int | None, said: str = "", arguments: tuple[str, ...] = RUN) -> Ending:
    """Return the end of a command."""
    return Ending(arguments, code, "", said)


@pytest.mark.parametrize("code", [0, 1, 2, 5])
def test_a_good_end(code: int) -> None:
    """A documented code with a sentence is a good end."""
    assert not list(invariants.exit_code(ended(code, SENTENCE), RunOnDisk()))


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (ended(None), "hung"),
        (ended(-signal.SIGSEGV), "signal 11"),
        (ended(-signal.SIGTERM), "signal 15"),
        (ended(3, SENTENCE), "no documented"),
        (ended(130, "Interrupted"), "no documented"),
        (ended(5, f"Traceback (most recent call last):\n{SENTENCE}"), "traceback"),
        (ended(2), "no sentence"),
    ],
)
def test_a_bad_end(ending: Ending, told: str) -> None:
    """A hang, a death, an unknown code, a traceback and silence are bad ends."""
    (said,) = invariants.exit_code(ending, RunOnDisk())
    assert told in said


def test_an_end_that_only_another_verb_may_have() -> None:
    """Code 1 says of a run that a trial failed, and of an import nothing."""
    assert list(invariants.exit_code(ended(1, SENTENCE, IMPORT), TableImport()))


def test_a_signal_is_to_be_heeded_once_it_can_be() -> None:
    """A harness may die of SIGTERM before it heeds it, and not afterwards; of SIGTERM to another never."""
    assert not list(invariants.exit_code(ended(-signal.SIGTERM), RunOnDisk(), TERM, heeded=False))
    assert not list(invariants.exit_code(ended(130), RunOnDisk(), TERM))
    assert list(invariants.exit_code(ended(-signal.SIGTERM), RunOnDisk(), TERM, heeded=True))
    forgotten = (
        "Exception ignored in: <a callback>\nTraceback (most recent call last):\n  File …\nKeyboardInterrupt: \n"
    )
    assert not list(invariants.exit_code(ended(0, forgotten), RunOnDisk(), TERM, heeded=False))
    assert list(invariants.exit_code(ended(0, forgotten), RunOnDisk(), TERM, heeded=True))
    assert list(invariants.exit_code(ended(0, forgotten * 2), RunOnDisk(), TERM, heeded=False))
    assert list(invariants.exit_code(ended(0, forgotten), RunOnDisk(), heeded=False))
    other = dataclasses.replace(TERM, target="jvm")
    assert list(invariants.exit_code(ended(-signal.SIGTERM), RunOnDisk(), other, heeded=False))
    assert list(invariants.exit_code(ended(-signal.SIGKILL), RunOnDisk(), TERM, heeded=False))
    assert not list(invariants.exit_code(ended(0), RunOnDisk(), TERM, lived_on_s=1.0))
    assert not list(invariants.exit_code(ended(130), RunOnDisk(), TERM, lived_on_s=20.0))
    assert list(invariants.exit_code(ended(0), RunOnDisk(), TERM, lived_on_s=20.0))
    mortal = Fault("mortal", mortal=True)
    assert not list(invariants.exit_code(ended(-signal.SIGKILL), RunOnDisk(), mortal))


def test_a_signal_that_is_ignored_hits_nobody() -> None:
    """A shell lets what it starts in the background ignore Ctrl-C, and all that this starts."""
    for command, ignored in (("sleep 60", False), ("trap '' INT; echo; exec sleep 60", True)):
        with subprocess.Popen(["sh", "-c", f"echo; {command}"], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.read(1 + ignored)
            assert victims.Victim("harness", process.pid).ignores(signal.SIGINT) is ignored
            process.kill()


@pytest.mark.parametrize(
    "place", ["scratch/bench-trial-a", "core", "results/.a", "data/.a", "data/other", "results/run/odd"]
)
def test_something_left(box: Sandbox, place: str) -> None:
    """Whatever is not a run's, a dataset's or a report's is seen wherever it lies."""
    before = invariants.shared_memory()
    assert not list(invariants.disk(box, before))
    (box.root / place).parent.mkdir(exist_ok=True)
    (box.root / place).write_text("half")
    assert list(invariants.disk(box, before))


def test_what_a_sentence_keeps(box: Sandbox) -> None:
    """A directory that a sentence says is kept may stay; one that is merely named may not."""
    kept = box.scratch / "bench-run-a"
    kept.mkdir()
    box.endings.append(ended(5, f"Error: no store. What was measured is kept in {kept}."))
    assert not list(invariants.disk(box, invariants.shared_memory()))
    box.endings[:] = [ended(5, f"Error: {kept} is full.")]
    assert list(invariants.disk(box, invariants.shared_memory()))


def test_a_credential_in_a_log(box: Sandbox) -> None:
    """A planted credential is found in any file."""
    assert not list(invariants.secrets(box, RunOnDisk()))
    (box.results / "log").write_text(f"token={box.environ['MLFLOW_TRACKING_TOKEN']}")
    assert list(invariants.secrets(box, RunOnDisk()))


def test_a_dataset_that_was_changed(box: Sandbox) -> None:
    """A dataset that is only read stays what it is."""
    datasets = box.root.parent / "datasets"
    assert not list(invariants.untouched(box, datasets))
    (box.data / "tiny" / "part").write_text("rowz")
    assert list(invariants.untouched(box, datasets))


def test_a_process_that_is_left(box: Sandbox) -> None:
    """A process in a session of its own is found by its mark."""
    assert not box.wait_for_silence(0)
    with subprocess.Popen(["sleep", "60"], env=box.environ, start_new_session=True) as left:
        assert "sleep 60" in box.wait_for_silence(0)[0]
        left.kill()


def test_a_run_whose_records_are_not_those_of_its_plan(box: Sandbox) -> None:
    """A trial twice, a trial without a record, and a record without a log are seen."""
    path = write_run(make_run([("steps", MadeCase(1.0))], repeats=2, path=box.results))
    work, records = RunOnDisk(), path / "records.jsonl"
    assert not list(work.check(box, ended(0)))
    assert any("without a trial that failed" in said for said in work.check(box, ended(1)))
    lines = records.read_text().splitlines(keepends=True)
    records.write_text("".join([*lines, lines[-1]]))
    assert any("two records" in said for said in work.check(box, ended(0)))
    box.endings.append(ended(0, "", ("run", "--resume", "run")))
    assert any("two records" in said for said in work.check(box, ended(0)))
    box.endings.clear()
    records.write_text(lines[0])
    assert any("1 of 2 trials" in said for said in work.check(box, ended(0)))
    records.write_text("".join(lines))
    shutil.rmtree(path / "logs")
    assert any("the log of" in said for said in work.check(box, ended(0)))
    (path / "run.json").unlink()
    assert any("without a run.json" in said for said in work.check(box, ended(2, SENTENCE)))


def test_a_report_that_is_not_there_or_was_not_written(box: Sandbox) -> None:
    """What was there before must not be lost, nor stay where the report succeeded."""
    work = Report()
    assert any("lost" in said for said in work.check(box, ended(2, SENTENCE, REPORT)))
    work.prepare(box)
    assert not list(work.check(box, ended(2, SENTENCE, REPORT)))
    assert (box.root / REPORT[-1]).read_bytes() == FORMER
    assert any("was not written" in said for said in work.check(box, ended(0, "", REPORT)))


def test_an_import_that_lost_what_it_was_to_replace(box: Sandbox) -> None:
    """A dataset that was there is there after an import that failed."""
    assert any("lost" in said for said in TableImport().check(box, ended(2, SENTENCE, IMPORT)))
