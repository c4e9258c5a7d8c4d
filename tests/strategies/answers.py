"""The contract with one process for all trials of which only the answer counts: of changed labels, and of each kind.

A trial of its own starts Spark and TensorFlow anew, which takes longer than these trainings; every strategy has one
for all else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, plugins
from bench.machine import limits
from bench.request import PlannedTrial, Request
from bench.runs import plan
from bench.testing import StrategyContract
from bench.testing.kinds import make_weighted_dataset
from bench.testing.learning import kind_request, kinds_of
from bench.testing.part import trains_or_skip
from bench.testing.support import make_tiny_dataset, with_changed_labels
from tests.strategies.together import run_together

CHANGED = "changed"  # in place of a kind of problem
# The first has Spark give each training a Python of its own, which Keras' ranks need. XGBoost's Spark estimator comes
# before others, which import XGBoost without what it needs.
FIRST = ("mirrored_runner", "horovod", "xgboost_spark")
Answers = Callable[[str, str], dict[str, Any]]


class AnswersTogether(StrategyContract):
    """The contract for a class of a module whose classes share these trials."""

    @pytest.fixture(scope="class")
    @classmethod
    def kind_record(cls, kind: str, answers: Answers) -> dict[str, Any]:
        """The part of a record on rows with weights that tells of the answer."""
        return answers(cls.strategy, kind)

    @pytest.fixture(scope="class")
    @classmethod
    def changed_record(cls, answers: Answers) -> dict[str, Any]:
        """The part of a record on changed labels that tells of the answer."""
        trains_or_skip(cls.strategy)
        return answers(cls.strategy, CHANGED)


def find_answers(classes: Iterable[type[AnswersTogether]], directory: Path) -> Answers:
    """Run these trials of all classes, and return what gives the record of one, or skips where it cannot run here.

    Args:
        classes: The classes, each with a strategy of its own that trains.
        directory: An empty directory.
    """

    @functools.cache
    def weighted(kind: str, weights: bool) -> Dataset:
        return make_weighted_dataset(directory / "data", kind, weights=weights)

    dataset = make_tiny_dataset(directory / "tiny")
    planned: dict[tuple[str, str], PlannedTrial] = {}
    for each in classes:
        name, facts = each.strategy, plugins.load(each.strategy).strategy
        changed = with_changed_labels(name, dataset, directory / "labels" / name)
        planned[name, CHANGED] = _plan(name, each.request, changed)
        for kind in kinds_of(name, each.kinds):
            planned[name, kind] = _plan(name, kind_request(name, each.request), weighted(kind, facts.weights))
    order = {name: place for place, name in enumerate(FIRST)}
    cases = sorted(planned, key=lambda case: order.get(case[0], len(FIRST)))
    judged = dict(zip(cases, run_together([planned[case] for case in cases], directory / "trials"), strict=True))

    def answer(strategy: str, kind: str) -> dict[str, Any]:
        found, trial = judged[strategy, kind].or_skip(), planned[strategy, kind].trial
        settings = {"task": trial.task, "epochs": trial.epochs, "batch_size": trial.batch_size}
        return {"status": found.status, "reason": found.reason, "quality": found.grades or None, "trial": settings}

    return answer


def _plan(name: str, request: Request, dataset: Dataset) -> PlannedTrial:
    facts = plugins.load(name).strategy
    request = replace(request, workers=(1 + facts.distributed,), cores=limits.cores_available())
    return plan.make(request, {name: facts}, dataset)[0]
