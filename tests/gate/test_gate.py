"""The gate for real: two worktrees of a repository, real environments, real runs (acceptance test A6)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from bench.gate.verdict import verdict
from bench.records.directory import read_run
from bench.stats.looks import noise
from bench.testing.kinds import make_weighted_dataset
from tests.gate.conftest import Repository, run_gate, spin

ROUNDS = 1_500_000  # a tenth of a second
GRADED = """
from bench import PredictionWriter, Strategy, hookimpl
from bench.rows import width

@hookimpl
def bench_strategy():
    return Strategy(family="linear", problems=("multiclass", "regression"))

@hookimpl
def bench_train():
    return None

@hookimpl
def bench_predict(trial):
    import numpy as np
    import pyarrow.parquet as pq
    table = pq.read_table(trial.dataset.split("test"), partitioning=None)
    labels = table[trial.dataset.label].to_numpy()
    wrong = np.arange(len(labels)) % {every} == {every} - 1
    classes = width(trial.dataset)
    if classes:
        scores = 0.2 / classes + 0.8 * np.eye(classes)[(labels.astype(int) + wrong) % classes]
    else:
        scores = labels + trial.dataset.label_std * (0.2 + wrong)
    with PredictionWriter(trial.scratch / "predictions.parquet", classes) as predictions:
        predictions.write(table["row_id"], scores)
    return predictions.path
"""
CRASH = """
from bench import Strategy, hookimpl

@hookimpl
def bench_strategy():
    return Strategy(family="control")

@hookimpl
def bench_train():
    raise ValueError("out of luck")
"""
SKIPS = """
from bench import Skip, Strategy, hookimpl

@hookimpl
def bench_strategy():
    return Strategy(family="control")

@hookimpl
def bench_setup():
    raise Skip("There is no socket here.")

@hookimpl
def bench_train():
    return None
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory, tiny, bench_command):
    """A whole night with 20 % more work planted in the loading of a strategy, and one that did not change."""
    directory = tmp_path_factory.mktemp("gate")
    repository = Repository(directory / "repository")
    before = repository.commit({"planted": spin(ROUNDS // 2, ROUNDS // 2), "steady": spin(ROUNDS)})
    repository.commit({"planted": spin(ROUNDS // 2, ROUNDS // 2 + ROUNDS // 5), "steady": spin(ROUNDS)})
    done = run_gate(
        bench_command, repository, directory / "night", "--baseline", before, "--data", tiny.path, "--cores", "1"
    )
    return directory / "night", repository, done


def _entries(directory):
    return {entry["case"]["strategy"]: entry for entry in verdict.read(directory)["cases"]}


def test_more_work_is_found_and_its_phase_is_named(night):
    """20 % more work in loading is a regression in that phase, or inconclusive at a CV above 8 % or beside others."""
    directory, _, done = night
    planted = _entries(directory)["planted"]
    if planted["verdict"] == "regression":
        assert done.returncode == 1
        assert planted["phase"]["name"] == "train/load"
        assert "planted" in done.stdout
        assert "train/load" in done.stdout
    else:
        assert planted["verdict"] == "inconclusive", planted["reason"]
        assert done.returncode == 0
        times = [np.array([[pair[arm] for pair in planted["pairs"]]]) for arm in ("baseline_s", "candidate_s")]
        assert noise(*times)[0] > 0.08 or planted["noisy"]


def test_what_did_not_change_is_no_regression(night):
    """The same work in both arms is not confirmed as slower."""
    assert _entries(night[0])["steady"]["verdict"] in ("ok", "inconclusive")


def test_a_night_leaves_its_records_and_reports_and_nothing_else(night):
    """Every run of both arms is a record that can be read; reports are beside the verdict; worktrees are gone."""
    directory, repository, _ = night
    document = verdict.read(directory)
    assert document["state"] == "finished"
    assert document["arms"]["baseline"]["commit"] == repository.git("rev-parse", "HEAD~1")
    assert document["arms"]["candidate"]["commit"] == repository.git("rev-parse", "HEAD")
    records = [record for arm in document["arms"] for record in read_run(directory / f"{arm}-tiny").records]
    assert len(records) == sum(entry["runs"] for entry in document["cases"])
    assert {record["status"] for record in records} == {"ok"}
    assert {pair["order"] for entry in document["cases"] for pair in entry["pairs"]} == {"AB", "BA"}
    assert {path.name for path in directory.iterdir()} == {
        "verdict.json", "verdict.md", "verdict.html", "baseline-tiny", "candidate-tiny"
    }  # fmt: skip
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert repository.git("status", "--porcelain") == ""


def test_a_stored_run_is_measured_again(night, bench_command, tmp_path):
    """A run as the baseline gives its revision, dataset and settings; of another machine or dataset it is refused."""
    directory, repository, _ = night
    stored = directory / "baseline-tiny"
    again = run_gate(bench_command, repository, tmp_path / "again", "--baseline", str(stored), "--budget", "1s")
    assert again.returncode == 5, again.stderr  # there is no time for anything
    document = verdict.read(tmp_path / "again")
    assert document["arms"]["baseline"]["commit"] == repository.git("rev-parse", "HEAD~1")
    assert {entry["verdict"] for entry in document["cases"]} == {"left_out"}
    refused = run_gate(bench_command, repository, tmp_path / "more", "--baseline", str(stored), "--workers", "1")
    assert refused.returncode == 2
    assert "leave these options out" in refused.stderr
    for change, sentence in (
        (lambda run: run["environment"]["host"].update(id="another"), "machine id was another"),
        (lambda run: run["dataset"].update(fingerprint="0" * 32), "records of another dataset"),
        (lambda run: run["environment"]["commit"].update(dirty=True), "uncommitted changes"),
        (lambda run: run["environment"].update(commit=None), "from which commit"),
    ):
        changed = tmp_path / sentence.replace(" ", "-")
        changed.mkdir()
        run = json.loads((stored / "run.json").read_text())
        change(run)
        (changed / "run.json").write_text(json.dumps(run))
        (changed / "records.jsonl").write_bytes((stored / "records.jsonl").read_bytes())
        done = run_gate(bench_command, repository, changed / "night", "--baseline", str(changed))
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr
        assert verdict.read(changed / "night")["exit_code"] == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is damaged (no started_at"),
        (b"{broken\n", "Line 1 of"),
        (b'{"schema": 99}\n', "newer than this bench"),
    ],
)
def test_a_stored_run_that_cannot_be_read(repository, gate, tmp_path, content, sentence):
    """A run without its facts, a corrupt record and a record of a newer version are refused in one sentence."""
    stored = tmp_path / "stored"
    stored.mkdir()
    (stored / "run.json").write_text("{}")
    (stored / "records.jsonl").write_bytes(content)
    repository.commit({"steady": spin(10)})
    done = gate("--baseline", str(stored))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_a6_what_was_renamed_or_crashes_ends_with_5(repository, gate, tiny, tmp_path):
    """A6: a case that the candidate has lost, and one that crashes there, are named, and the exit code is 5."""
    repository.commit({"old": spin(10), "crash": spin(10)})
    repository.commit({"new": spin(10), "crash": CRASH})
    done = gate("--baseline", "HEAD~1", "--data", tiny.path)
    assert done.returncode == 5, done.stderr
    found = _entries(tmp_path / "night")
    assert {name: entry["verdict"] for name, entry in found.items()} == {
        "old": "missing", "new": "new", "crash": "broken"
    }  # fmt: skip
    assert "out of luck" in found["crash"]["reason"]


def test_what_skips_in_its_setup_is_no_broken_case(repository, gate, tiny, tmp_path):
    """Whoever finds out in its setup that it cannot run here is skipped, lost or new, as if its needs had said so."""
    repository.commit({"never": SKIPS, "lost": spin(10), "gained": SKIPS})
    repository.commit({"never": SKIPS, "lost": SKIPS, "gained": spin(10)})
    done = gate("--baseline", "HEAD~1", "--data", tiny.path)
    assert done.returncode == 5, done.stderr
    found = _entries(tmp_path / "night")
    assert {name: entry["verdict"] for name, entry in found.items()} == {
        "never": "skipped", "lost": "missing", "gained": "new"
    }  # fmt: skip
    assert all("There is no socket here." in entry["reason"] for entry in found.values())


def test_a6_a_worse_answer_ends_with_4(repository, gate, tmp_path):
    """A6: a candidate whose answers got worse ends with 4, even where there was no time to measure its speed.

    With several classes and with numbers, a larger first grade is the worse one.
    """
    made = [make_weighted_dataset(tmp_path, kind, weights=False, rows=2000) for kind in ("multiclass", "regression")]
    repository.commit({"graded": GRADED.format(every=10**9)})
    repository.commit({"graded": GRADED.format(every=10)})
    done = gate("--baseline", "HEAD~1", *(part for one in made for part in ("--data", one.path)), "--budget", "40s")
    assert done.returncode == 4, done.stderr
    found = {entry["case"]["dataset"]: entry for entry in verdict.read(tmp_path / "night")["cases"]}
    for name, metric in (("multiclass", "log_loss"), ("regression", "rmse")):
        assert found[name]["verdict"] == "worse", found[name]["reason"]
        assert found[name]["quality"]["candidate"][metric] > found[name]["quality"]["baseline"][metric]


@pytest.mark.parametrize(("number", "state"), [(signal.SIGINT, "interrupted"), (signal.SIGKILL, "running")])
def test_the_verdict_is_there_whatever_happens(repository, bench_command, tiny, tmp_path, monkeypatch, number, state):
    """After Ctrl-C, and even after being killed, verdict.json has what was measured; Ctrl-C leaves no worktree."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    repository.commit({"steady": spin(ROUNDS)})
    repository.git("commit", "--quiet", "--allow-empty", "--message", "the same")
    out = tmp_path / "night"
    command = [*bench_command, "gate", "--baseline", "HEAD~1", "--data", tiny.path, "--out", str(out)]
    process = subprocess.Popen(command, cwd=repository.path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with process:
        deadline = time.monotonic() + 200
        while not (out / "verdict.json").exists() or not verdict.read(out)["cases"][:1]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        while not verdict.read(out)["cases"][0]["pairs"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        process.wait(timeout=90)
    document = verdict.read(out)
    assert document["state"] == state
    assert document["cases"][0]["pairs"]
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert document["exit_code"] == 130
        assert "interrupted" in (out / "verdict.md").read_text()
        assert len(repository.git("worktree", "list").splitlines()) == 1
        assert not list((tmp_path / "tmp").iterdir())


def test_two_environments_are_compared(gate, tiny, tmp_path):
    """With --python twice, two environments are measured, and their differences named: equals have none."""
    python = sys.executable
    options = ("--python", python, "--python", python, "--strategy", "null", "--data", tiny.path)
    done = gate(*options)
    assert done.returncode in (0, 1), done.stderr  # microseconds against microseconds
    document = verdict.read(tmp_path / "night")
    assert document["differences"] == {}
    assert document["arms"]["candidate"]["label"] == python
    assert document["cases"][0]["pairs"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--baseline", "nowhere"], "'nowhere' is no revision"),
        (["--baseline", "--help-me"], "'--help-me' is no revision"),
        (["--baseline", "HEAD", "--candidate", "nowhere"], "'nowhere' is no revision"),
        ([], "Give --baseline"),
        (["--python", "python"], "Give --python twice"),
        (["--baseline", "HEAD", "--threshold", "ten"], "no share"),
        (["--baseline", "HEAD", "--cores", "9999"], "--cores 9999"),
        (["--baseline", "HEAD", "--strategy", "nothere"], "'nothere'"),
        (["--baseline", "HEAD", "--data", "nothere"], "no dataset 'nothere'"),
    ],
)
def test_bad_requests_are_refused(repository, gate, tiny, arguments, sentence):
    """What cannot be done as it was put is refused in one sentence, with 2, before anything is measured."""
    repository.commit({"steady": spin(10)})
    done = gate(*arguments, *([] if "--data" in arguments else ["--data", tiny.path]))
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_uncommitted_code_is_refused(repository, gate, tmp_path):
    """A changed file, and a new one that git does not know, would not be measured: both are refused and named."""
    repository.commit({"steady": spin(10)})
    (repository.path / "notes.txt").write_text("no code")
    (repository.path / "more.py").write_text("")
    done = gate("--baseline", "HEAD")
    assert done.returncode == 2
    assert "more.py" in done.stderr
    assert verdict.read(tmp_path / "night")["state"] == "failed"
    (repository.path / "more.py").unlink()
    (repository.path / "tiny_steady.py").write_text("")
    assert "tiny_steady.py" in gate("--baseline", "HEAD", "--out", str(tmp_path / "second")).stderr


def test_a_directory_that_holds_something_is_refused(repository, gate, tmp_path):
    """An earlier night is not overwritten."""
    repository.commit({"steady": spin(10)})
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "verdict.json").write_text("precious")
    done = gate("--baseline", "HEAD")
    assert done.returncode == 2
    assert (tmp_path / "night" / "verdict.json").read_text() == "precious"


def test_a_revision_that_cannot_be_installed_ends_with_5(repository, gate):
    """A revision without a pyproject.toml, and a repository with no strategy, end with 5 and a sentence."""
    (repository.path / "README").write_text("")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "empty")
    repository.commit({"steady": spin(10)})
    done = gate("--baseline", "HEAD~1")
    assert done.returncode == 5
    assert "pyproject.toml" in done.stderr


def test_outside_a_repository(bench_command, tmp_path):
    """Outside a repository revisions mean nothing, and the refusal says what else can be compared."""
    command = [*bench_command, "gate", "--baseline", "HEAD", "--out", str(tmp_path / "night")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no git repository" in done.stderr


def test_a_machine_without_git(bench_command, tmp_path):
    """A git that is missing, and a repository that git refuses, are said to be that."""
    (tmp_path / ".git").mkdir()
    for path, sentence in (("/nowhere", "There is no git on the PATH"), (os.environ["PATH"], "git refuses")):
        command = [*bench_command, "gate", "--baseline", "HEAD", "--out", str(tmp_path / sentence)]
        environ = {**os.environ, "PATH": path}
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert sentence in done.stderr
