"""Fixtures of the strategies' tests: a small dataset, trials on it, and scripts that look at a strategy from inside."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, Trial, plugins
from bench.request import Request
from bench.runs import plan
from bench.testing.kinds import make_weighted_dataset
from bench.testing.support import make_tiny_dataset, run_trial
from bench.trial import runner
from bench.trial.wire import write_trial
from tests.strategies.answers import Answers, AnswersTogether, find_answers


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Run a strategy of one process with a request, once for all tests; return the record.

    It is run on the small dataset, or on that with weights of a kind of problem that is named.
    """

    @functools.cache
    def make(kind: str | None) -> Dataset:  # a class of tests may have another `dataset`
        home = tmp_path_factory.mktemp("datasets")
        return make_weighted_dataset(home, kind) if kind else make_tiny_dataset(home)

    @functools.cache
    def run(name: str, request: Request, kind: str | None = None) -> dict[str, Any]:
        return run_trial(name, make(kind), tmp_path_factory.mktemp("alone"), request=request)

    return run


@pytest.fixture(scope="session")
def trial_for(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Trial]:
    """Make a trial of a strategy on the small dataset, with a scratch directory of its own."""

    def make(name: str, **wanted: Any) -> Trial:
        request = Request(**{"cores": 2, "epochs": 2, "trees": 5, "depth": 4, **wanted})
        planned = plan.make(request, {name: plugins.load(name).strategy}, dataset)[0]
        return runner.with_scratch(planned, tmp_path_factory.mktemp("scratch")).trial

    return make


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """The records of what classes of the module have run in one process, of those classes whose tests are run."""
    of_module = (item.cls for item in request.session.items if item.path == request.path)
    classes = dict.fromkeys(one for one in of_module if one and issubclass(one, AnswersTogether))
    return find_answers(classes, tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="session")
def observe() -> Callable[..., dict[str, Any]]:
    """Run a script of this directory on a trial, in a process of its own, and return its observations."""

    def run(script: str, trial: Trial, *arguments: str, **environ: str) -> dict[str, Any]:
        write_trial(trial.scratch / "trial.json", trial)
        answer = subprocess.run(
            [sys.executable, Path(__file__).with_name(script), trial.scratch, *arguments],
            env=environ or None,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout.splitlines()[-1])

    return run
