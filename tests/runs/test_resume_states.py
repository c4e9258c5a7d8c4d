"""No trial of a run is lost or doubled, whatever its records say, wherever one was cut off, and however it goes on."""

from __future__ import annotations

import functools
import os
import resource
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bench.errors import ResultsError
from bench.model import Dataset
from bench.records.choice import chosen_records, trial_key
from bench.records.directory import RunDirectory, read_run
from bench.request import PlannedTrial, Request
from bench.runs import plan
from bench.runs.campaign import resume, start
from bench.runs.selection import select
from bench.trial.record import describe
from tests.report.made import MadeCase, make_run

DATA = Dataset("d", "/d", "y", ("a",), 10, 8, 2, (0.0,), (1.0,), "f")
# Two strategies, one of which has workers, and the control.
REQUEST = Request(strategies=("xgboost", "xgboost_barrier"), workers=(1, 2), repeat=2, cores=1)
# How a trial may end: well, well beside others, or else.
ENDS = {
    "quiet": MadeCase(1.0),
    "busy": MadeCase(1.0, foreign=1.5),
    **{status: MadeCase(1.0, status=status) for status in ("invalid", "failed", "timeout")},
}
RECORDS = {name: make_run([("xgboost", made)], repeats=1).records[0] for name, made in ENDS.items()}
MOST_RESUMED = 1  # time, since it looks at all that is installed
# To ask the machine's Java and git takes longer than all else.
JAVA = "#!/bin/sh\necho '    java.home = /\n    java.version = 17.0.15'\n"


@functools.cache
def begun() -> tuple[dict[str, Any], list[PlannedTrial]]:
    """Return what a run begins with: the content of its ``run.json``, and its plan."""
    with tempfile.TemporaryDirectory() as place:
        campaign = start(REQUEST, DATA, select(REQUEST).on(DATA.rows), Path(place), ["bench", "run"])
        return read_run(campaign.directory.path).run, campaign.trials


class RunMachine(RuleBasedStateMachine):
    """Runs trials of a plan one by one, as `bench run` does, but for the work itself."""

    def __init__(self) -> None:
        """Begin a run."""
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.patch = pytest.MonkeyPatch()
        program = self.place / "java" / "bin" / "java"
        program.parent.mkdir(parents=True)
        program.write_text(JAVA)
        program.chmod(0o755)
        self.patch.setenv("JAVA_HOME", str(self.place / "java"))
        self.patch.setenv("PATH", str(self.place))
        run, self.plan = begun()
        self.directory = RunDirectory(self.place / run["run"])
        self.directory.create(run)
        self.resumed = 0
        self.keys = [trial_key(describe(one)) for one in self.plan]
        self.written: list[tuple[tuple[Any, ...], str]] = []
        self.torn = False

    def _record(self, planned: PlannedTrial, end: str) -> dict[str, Any]:
        return {**RECORDS[end], "run": self.directory.name, "trial": describe(planned)}

    def _rest(self, *, disturbed: bool = True) -> list[PlannedTrial]:
        """Return the trials of which no end was good enough since the last wrong answer."""
        ends: dict[tuple[Any, ...], set[str]] = {key: set() for key in self.keys}
        for key, end in self.written:
            ends[key] = set() if end == "invalid" else {*ends[key], end}
        good = {"quiet"} if disturbed else {"quiet", "busy"}
        idle = {"quiet", "busy"}  # nobody disturbs the control
        planned = zip(self.plan, self.keys, strict=True)
        return [one for one, key in planned if not ends[key] & (idle if one.strategy.family == "control" else good)]

    @rule(at=st.integers(0, 7), end=st.sampled_from(sorted(ENDS)))
    def append(self, at: int, end: str) -> None:
        """A trial ends; its record takes the place of a line that was cut off."""
        self.directory.append(self._record(self.plan[at], end))
        self.written.append((self.keys[at], end))
        self.torn = False

    @precondition(lambda self: self.written and not self.torn)
    @rule(share=st.floats(0, 1, exclude_max=True))
    def cut(self, share: float) -> None:
        """A crash cuts off the last line anywhere: that trial has not been run."""
        path = self.directory.path / "records.jsonl"
        whole = path.read_bytes()
        begin = whole.rindex(b"\n", 0, -1) + 1 if whole.count(b"\n") > 1 else 0
        kept = begin + int(share * (len(whole) - begin))
        os.truncate(path, kept)
        self.written.pop()
        self.torn = kept > begin

    @rule(at=st.integers(0, 7), room=st.integers(0, 1000))
    def fill(self, at: int, room: int) -> None:
        """On a full disk nothing is added."""
        path = self.directory.path / "records.jsonl"
        whole = len(path.read_bytes().rpartition(b"\n")[0]) if path.exists() else 0
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (whole + room, hard))
        try:
            with pytest.raises(ResultsError, match="make room and resume"):
                self.directory.append(self._record(self.plan[at], "quiet"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        self.torn = False

    @precondition(lambda self: self.resumed < MOST_RESUMED)
    @rule(disturbed=st.booleans())
    def resume(self, disturbed: bool) -> None:
        """What is planned again is what is not done, in the order of the first plan."""
        self.resumed += 1
        campaign = resume(self.directory.path, lambda _path, _storage: DATA, disturbed=disturbed)
        assert campaign.directory == self.directory
        assert campaign.trials == self._rest(disturbed=disturbed)

    @rule(number=st.integers(0, 9))
    def rename(self, number: int) -> None:
        """A run's directory may get another name, as sentences of ours advise."""
        target = self.directory.path.with_name(f"night-{number}")
        self.directory.path.rename(target)
        self.directory = RunDirectory(target)

    @invariant()
    def all_are_there(self) -> None:
        """Every record that was written whole is read, each trial counts once, and the rest is what is not done."""
        run = read_run(self.directory.path)
        assert [trial_key(one["trial"]) for one in run.records] == [key for key, _ in self.written]
        assert bool(run.warnings) == self.torn
        counted = Counter(trial_key(one["trial"]) for one in chosen_records(run.records))
        assert counted == Counter({key for key, _ in self.written})
        assert plan.rest(self.plan, run.records) == self._rest()

    def teardown(self) -> None:
        """Take the place away."""
        self.patch.undo()
        shutil.rmtree(self.place)


RunMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestRun = RunMachine.TestCase
