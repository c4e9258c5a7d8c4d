"""With one worker, a distributed strategy comes to the answer of one process, whatever kind of problem or network."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Trial, networks, plugins
from bench.problems import PROBLEMS
from bench.testing.kinds import make_weighted_dataset
from bench.trial.wire import write_trial

ONE_PROCESS = {
    "tensorflow_mirrored": "tensorflow",
    "horovod": "tensorflow",
    "mirrored_runner": "tensorflow",
    "xgboost_barrier": "xgboost",
    "xgboost_spark": "xgboost",
    "lightgbm_spark": "lightgbm",
}
OF_TORCH = {"torch_distributor": "torch", "horovod_torch": "torch"}
KINDS = ("multiclass", "regression")  # two classes are in the contract of each strategy
GIVEN = "binary"  # the kind of problem on which networks train one that they are given
CASES = [
    pytest.param(name, kind, marks=pytest.mark.torch if name in OF_TORCH else (), id=f"{name}-{kind}")
    for name, kind in itertools.product({**ONE_PROCESS, **OF_TORCH}, (*KINDS, GIVEN))
    if kind != GIVEN or plugins.load(name).strategy.networks
]
Grades = dict[str, dict[str, dict[str, float]]]


@pytest.fixture(scope="module")
def grades_of(
    trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Mapping[str, str]], Grades]:
    """Return the grades, by kind of problem, of strategies and their one process that can run here, in one session."""
    data = {kind: make_weighted_dataset(tmp_path_factory.mktemp("data"), kind) for kind in (*KINDS, GIVEN)}

    def run(one_process: Mapping[str, str]) -> Grades:
        directory: Path = tmp_path_factory.mktemp("trials")
        facts = {name: plugins.load(name).strategy for name in {*one_process, *one_process.values()}}
        able = [name for name, strategy in facts.items() if plugins.why_not(strategy) is None]
        for name, kind in itertools.product(able, data):
            if kind == GIVEN and not facts[name].networks:
                continue
            given = networks.find("wide", ["width=16"]) if kind == GIVEN else None
            trial = replace(trial_for(name, workers=(1,), batch_size=256), dataset=data[kind], network=given)
            (directory / f"{name}-{kind}").mkdir()
            write_trial(directory / f"{name}-{kind}" / "trial.json", trial)
        return observe("observe_one_worker.py", replace(trial, scratch=directory))

    return run


@pytest.fixture(scope="module")
def grades(grades_of: Callable[[Mapping[str, str]], Grades]) -> Grades:
    """The grades of all strategies but those of PyTorch, whose tests run in an environment of their own."""
    return grades_of(ONE_PROCESS)


@pytest.fixture(scope="module")
def torch_grades(grades_of: Callable[[Mapping[str, str]], Grades]) -> Grades:
    """The grades of the strategies of PyTorch."""
    return grades_of(OF_TORCH)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_one_worker_does_the_work_of_one_process(request: pytest.FixtureRequest, name: str, kind: str) -> None:
    """From the same start it learns the same rows by their weights: its first grade differs by a thousandth at most."""
    grades: Grades = request.getfixturevalue("torch_grades" if name in OF_TORCH else "grades")
    if name not in grades[kind]:
        pytest.skip("it cannot run here")
    first, alone = PROBLEMS[kind].metrics[0].name, {**ONE_PROCESS, **OF_TORCH}[name]
    assert grades[kind][name][first] == pytest.approx(grades[kind][alone][first], rel=1e-3)
