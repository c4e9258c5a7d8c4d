"""Trials that share a process and a Spark session, where what a test shows needs no start and no end of either.

Spark and TensorFlow take longer to start than the small trainings of tests, and a trial of its own starts both anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bench import plugins
from bench.machine import variables
from bench.request import PlannedTrial
from bench.tasks import TASKS
from bench.trial import answer, runner
from bench.trial.outcome import Outcome
from bench.trial.timeline import read_events, timeline
from bench.trial.wire import write_trial

SECONDS = 1700.0  # for all trials, beside other tests


@dataclass(frozen=True)
class Judgement:
    """The harness's judgement of a trial.

    Attributes:
        status: One of the statuses.
        reason: One sentence, unless ``ok``.
        grades: The grades by the names of their metrics; empty where nothing was graded.
        notes: Facts that the strategy left.
    """

    status: str
    reason: str | None
    grades: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def or_skip(self) -> Judgement:
        """Return it; skip the test where the strategy cannot run here, as a trial of its own would be skipped."""
        if self.status == "skipped":
            pytest.skip(str(self.reason))
        return self


def run_together(planned: Sequence[PlannedTrial], directory: Path) -> list[Judgement]:
    """Run trials one after the other in one process, and judge each as the harness does, in their order.

    Spark stays between them. Its settings are those of the first trial that starts it: that one needs as many cores for
    each task as all others.

    Args:
        planned: The trials, all with the same number of cores.
        directory: An empty directory, for their files.
    """
    places = []
    for number, one in enumerate(planned):
        place = directory / f"{number:03}"
        (place / "scratch").mkdir(parents=True)
        if _why_not(one) is None:
            write_trial(place / "trial.json", replace(one.trial, scratch=place / "scratch"))
        places.append(place)
    there = [place for place in places if (place / "trial.json").exists()]
    command = [sys.executable, Path(__file__).with_name("observe_trials.py"), *there]
    threads = dict.fromkeys(runner.THREAD_VARIABLES, str(planned[0].trial.threads_per_worker))
    environ = {**variables.for_trial(os.environ), **threads}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    sys.stdout.write(done.stderr)  # pytest shows it beside a failed test
    return [_judge(one, place) for one, place in zip(planned, places, strict=True)]


def _why_not(planned: PlannedTrial) -> str | None:
    return plugins.why_not(planned.strategy, TASKS[planned.trial.task].labelled(planned.trial.dataset))


def _judge(planned: PlannedTrial, place: Path) -> Judgement:
    if reason := _why_not(planned):
        return Judgement("skipped", reason)
    outcome = Outcome(**json.loads((place / "outcome.json").read_text()))
    events = read_events(place / "events.jsonl")
    began, ended = events[0]["t"], events[-1]["t"]
    times = timeline(events, TASKS[planned.trial.task].measured, began, ended)
    outcome, measures = answer.check_figures(planned, outcome, times, ended - began)
    outcome, grades = answer.grade(planned, outcome, times, measures)
    return Judgement(outcome.status, outcome.reason, grades or {}, times.notes)
