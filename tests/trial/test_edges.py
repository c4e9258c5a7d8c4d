"""The parent wakes at the edges of hooks, and not at what happens inside of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bench.records.directory import Record
from bench.trial import probe, runner
from bench.trial.edges import Edges
from bench.trial.probe import TreeProbe
from bench.trial.processes import ProcessTree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of changes to files")
LONG_S = 3600.0  # a wait that only an edge or the worker's end can end: the test's time is up sooner
WORKER = """
import sys, time
from pathlib import Path
from bench.trial.timeline import EventClock
clock = EventClock(Path(sys.argv[1]))
sys.stdin.readline()
with clock.phase("train"):
    sys.stdin.readline()
    for number in range(300):
        with clock.phase("step"):
            time.sleep(0.001)
    sys.stdin.readline()
"""


@pytest.fixture
def worker(tmp_path: Path) -> psutil.Popen:
    """A worker that goes on at each line it is told."""
    with psutil.Popen([sys.executable, "-c", WORKER, tmp_path / "events"], stdin=-1, text=True, bufsize=1) as process:
        yield process
        if process.poll() is None:
            process.kill()


def test_a_wait_ends_at_an_edge_and_with_the_worker(worker: psutil.Popen, tmp_path: Path) -> None:
    """A hook's begin and end, and the worker's end, end the wait; inner phases do not."""
    with Edges(tmp_path / "events", worker) as edges:
        assert not edges.wait(0.0)
        worker.stdin.write("\n")
        assert not edges.wait(LONG_S)
        worker.stdin.write("\n")
        began, used = time.monotonic(), time.process_time()
        assert not edges.wait(1.5)
        assert time.monotonic() - began >= 1.5
        assert time.process_time() - used < 0.1  # six hundred events wake it rarely
        worker.stdin.write("\n")
        while not edges.wait(LONG_S):
            pass  # the hook's end
        assert worker.returncode == 0


def test_without_a_watch_the_wait_takes_its_time(
    worker: psutil.Popen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the kernel tells of no changes, the worker's end is seen all the same, and no edge is."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with Edges(tmp_path / "events", worker) as edges:
        for _ in range(2):
            worker.stdin.write("\n")
        began = time.monotonic()
        assert not edges.wait(0.5)
        assert time.monotonic() - began > 0.4
        worker.stdin.write("\n")
        assert edges.wait(LONG_S)


def test_samples_are_taken_at_the_edges_of_hooks(
    trial_of: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However rare they are otherwise, there is one where a hook begins and one where it ends."""
    kept = []

    class KeptProbe(TreeProbe):
        def __init__(self, tree: ProcessTree) -> None:
            super().__init__(tree)
            kept.append(self)

    monkeypatch.setattr(probe, "INTERVAL_S", 60.0)
    monkeypatch.setattr(runner, "TreeProbe", KeptProbe)
    found = trial_of(
        """
        import time

        @hookimpl
        def bench_train(trial):
            trial.note("began", time.monotonic())
            time.sleep(2)
            trial.note("ended", time.monotonic())

        @hookimpl
        def bench_teardown(trial):
            time.sleep(2)
            trial.note("over", time.monotonic())
        """
    )
    moments = [sample.moment for sample in kept[0].pressures]
    notes = found["notes"]
    # A busy machine lets the parent run late, but not after the hook that it is to see.
    assert any(notes["began"] - 0.4 < moment < notes["ended"] for moment in moments)
    assert any(notes["ended"] < moment < notes["over"] for moment in moments)
    assert found["machine"].keys() >= {"train", "teardown"}
