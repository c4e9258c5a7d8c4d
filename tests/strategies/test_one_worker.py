"""With one worker, a distributed strategy comes to the answer of one process, whatever the kind of problem."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Trial, plugins
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
KINDS = ("multiclass", "regression")  # two classes are in the contract of each strategy


@pytest.fixture(scope="module")
def grades(
    trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, dict[str, float]]]:
    """The grades of every strategy that can run here, by kind of problem."""
    directory: Path = tmp_path_factory.mktemp("trials")
    data = {kind: make_weighted_dataset(tmp_path_factory.mktemp("data"), kind) for kind in KINDS}
    names = [
        name for name in {*ONE_PROCESS, *ONE_PROCESS.values()} if plugins.why_not(plugins.load(name).strategy) is None
    ]
    for name, kind in itertools.product(names, KINDS):
        trial = replace(trial_for(name, workers=(1,), batch_size=256), dataset=data[kind])
        (directory / f"{name}-{kind}").mkdir()
        write_trial(directory / f"{name}-{kind}" / "trial.json", trial)
    return observe("observe_one_worker.py", replace(trial, scratch=directory))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ONE_PROCESS)
def test_one_worker_does_the_work_of_one_process(grades: dict[str, Any], name: str, kind: str) -> None:
    """From the same start it learns the same rows by their weights: its first grade differs by a thousandth at most."""
    if name not in grades[kind]:
        pytest.skip("it cannot run here")
    first = PROBLEMS[kind].metrics[0].name
    assert grades[kind][name][first] == pytest.approx(grades[kind][ONE_PROCESS[name]][first], rel=1e-3)
