"""The next trial ends and removes what a harness left that was killed by SIGKILL."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bench.records.directory import Record
from bench.trial import processes
from bench.trial.processes import ProcessTree
from tests.conftest import is_alive

HARNESS = """
import os, subprocess, sys
from bench.machine.scratch import scratch_directory
from bench.trial import semaphores
from bench.trial.runner import PREFIX
with scratch_directory(PREFIX) as directory:
    semaphores.note_existing(directory)
    environ = {**os.environ, "BENCH_TRIAL": directory.name}
    print(subprocess.Popen(sys.argv[1:], env=environ, start_new_session=True).pid, flush=True)
    sys.stdin.read()
"""
# Makes a semaphore, and leaves it to nobody.
FORGETS = """
import multiprocessing, os, pathlib, signal
from multiprocessing import resource_tracker
semaphore = multiprocessing.get_context("spawn").Semaphore()
tracker = resource_tracker._resource_tracker._pid
os.kill(tracker, signal.SIGKILL)
os.waitpid(tracker, 0)
pathlib.Path({path!r}).write_text(semaphore._semlock.name)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, in which this process and those that it starts make their temporary files."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


def test_what_a_killed_harness_left_is_gone_after_the_next_trial(
    trial_of: Callable[..., Record], scratch: Path
) -> None:
    """Its processes are known by the mark of its directory, even those in a session of their own."""
    with subprocess.Popen([sys.executable, "-c", HARNESS, "sleep", "600"], stdin=-1, stdout=-1, text=True) as harness:
        assert harness.stdout is not None
        left = int(harness.stdout.readline())
        harness.send_signal(signal.SIGKILL)
    assert is_alive(left)
    assert list(scratch.iterdir())
    record = trial_of("@hookimpl\ndef bench_train(trial):\n    return None\n")
    assert record["status"] == "invalid"  # it hands over no predictions
    assert not is_alive(left)
    assert not list(scratch.iterdir())


def test_a_worker_whose_harness_is_gone_does_not_begin(tmp_path: Path) -> None:
    """The kernel tells a worker of a harness that died only once it was asked to."""
    (tmp_path / ".owner").touch()
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "The harness is gone." in done.stderr
    assert not (tmp_path / "events.jsonl").exists()


def test_temporary_files_go_with_the_trial(trial_of: Callable[..., Record], scratch: Path) -> None:
    """Files that a library makes where Python makes temporary ones, and forgets, are removed with the trial's."""
    forgets = "import tempfile\n    file, name = tempfile.mkstemp()\n    trial.note('forgotten', name)\n    return None"
    record = trial_of(f"@hookimpl\ndef bench_train(trial):\n    {forgets}\n")
    assert record["notes"]["forgotten"].startswith(str(scratch))
    assert not list(scratch.iterdir())


SEMAPHORE = """
import multiprocessing, time
semaphore = multiprocessing.get_context("spawn").Semaphore()
print(semaphore._semlock.name, flush=True)
time.sleep(600)
"""


def test_semaphores_go_with_those_who_are_killed() -> None:
    """Python's tracker removes them once their owners are gone, if it is left the time."""
    command = [sys.executable, "-c", SEMAPHORE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as owner:
        assert owner.stdout is not None
        made = _semaphore(owner.stdout.readline().strip())
        assert made.exists()
        while not any("resource_tracker" in str(child.cmdline()) for child in psutil.Process(owner.pid).children()):
            time.sleep(0.01)  # right after its fork it is called what its parent is
        assert ProcessTree(owner.pid, "none").kill() == 1
    assert not made.exists()


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("of", ["a killed worker", "a killed harness"])
def test_semaphores_go_where_their_tracker_was_killed(trial_of: Callable[..., Record], tmp_path: Path, of: str) -> None:
    """One that a process has open is not the trial's, or is still needed, and stays."""
    told = tmp_path / "told"
    program = FORGETS.format(path=str(told))
    if of == "a killed harness":
        command = [sys.executable, "-c", HARNESS, sys.executable, "-c", program]
        with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as harness:
            while not (told.exists() and told.read_text()):
                time.sleep(0.01)
            harness.send_signal(signal.SIGKILL)
        assert _semaphore(told.read_text()).exists()
        program = "pass"
    needed = multiprocessing.get_context("spawn").Semaphore()
    record = trial_of(f"@hookimpl\ndef bench_train(trial):\n    exec({program!r})\n")
    assert record["status"] == ("failed" if of == "a killed worker" else "invalid")
    assert not _semaphore(told.read_text()).exists()
    assert _semaphore(needed._semlock.name).exists()


def _semaphore(name: str) -> Path:
    return Path("/dev/shm", f"sem.{name.removeprefix('/')}")  # noqa: S108 - where Linux has them


def test_a_tracker_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else may hold its pipe."""
    monkeypatch.setattr(processes, "SECONDS_FOR_A_TRACKER", 0.1)
    program = "from multiprocessing.resource_tracker import main; import os; main(os.pipe()[0])"
    with subprocess.Popen([sys.executable, "-c", program], start_new_session=True) as tracker:
        assert ProcessTree(tracker.pid, "none").kill() == 1
    assert tracker.returncode == -signal.SIGKILL
