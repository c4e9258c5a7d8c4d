"""What is the trial's own: its processes, those that have ended, and executors that a cluster runs on this host."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from bench.spark.marks import EXECUTOR_VARIABLE, TRIAL_VARIABLE, executor_marks
from bench.trial.probe import TreeProbe
from bench.trial.processes import ProcessTree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
SPIN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"
IDLE = "import sys; sys.stdin.readline()"


@contextmanager
def program(source: str, **environ: str) -> Iterator[psutil.Popen]:
    """Start Python in a process session of its own, and end it."""
    with psutil.Popen([sys.executable, "-c", source], env=environ, stdin=-1, start_new_session=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def own_cpu_s(probe: TreeProbe) -> float:
    """Take a sample and return what it takes for the trial's own."""
    probe.sample()
    return probe.own_cpu_s


def test_executors_on_this_host_are_no_others() -> None:
    """Their CPU time is the trial's own, also after their end; the harness neither measures nor ends them."""
    with program(IDLE) as worker:
        tree = ProcessTree(worker.pid, "mark")
        probe = TreeProbe(tree)
        before = own_cpu_s(probe)
        with program(SPIN.format(seconds=0.6) + IDLE, **{EXECUTOR_VARIABLE: "mark"}) as executor:
            deadline = time.monotonic() + 30
            while sum(executor.cpu_times()[:2]) < 0.6 and time.monotonic() < deadline:
                time.sleep(0.05)
            assert own_cpu_s(probe) - before > 0.4
            assert tree.members() == [worker.pid]
            assert tree.executors() == [executor.pid]
            worker.kill()
            tree.kill()
            assert executor.is_running()
        assert own_cpu_s(probe) - before > 0.4
        assert probe.executors_cpu_s > 0.4


def test_another_trial_s_executors_are_others() -> None:
    """A mark of another trial is not this one's."""
    with program(IDLE) as worker, program(IDLE, **{EXECUTOR_VARIABLE: "another"}):
        tree = ProcessTree(worker.pid, "mark")
        tree.members()
        assert tree.executors() == []


def test_spark_is_told_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker has its executors marked with its own trial; outside a trial nothing is marked."""
    monkeypatch.setenv(TRIAL_VARIABLE, "mark")
    assert executor_marks() == {f"spark.executorEnv.{EXECUTOR_VARIABLE}": "mark"}
    monkeypatch.delenv(TRIAL_VARIABLE)
    assert executor_marks() == {}


def test_time_of_processes_that_end_is_not_lost() -> None:
    """Children that come and go, stay the trial's own."""
    source = f"""
import subprocess, sys
for _ in range(6):
    subprocess.run([sys.executable, "-c", {SPIN.format(seconds=0.1)!r}])
{IDLE}
"""
    with program(source) as worker:
        probe = TreeProbe(ProcessTree(worker.pid, "mark"))
        before, deadline = own_cpu_s(probe), time.monotonic() + 60
        while sum(worker.cpu_times()[2:4]) < 0.6 and time.monotonic() < deadline:
            own_cpu_s(probe)
        assert own_cpu_s(probe) - before > 0.5
