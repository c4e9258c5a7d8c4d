"""The tests that a strategy learns each kind of problem that it names, from rows by their weight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench import plugins
from bench.problems import DEFAULT, PROBLEMS
from bench.request import Request
from bench.tasks.predict import PREDICT
from bench.tasks.train import TRAIN
from bench.testing.kinds import LAWS, make_weighted_dataset
from bench.testing.part import takes_part, trains_or_skip
from bench.testing.support import LITTLE_WORK, run_trial

EPOCHS, BATCH_SIZE = 8, 256  # 500 steps, in which the moving averages of a network settle


def kinds_of(strategy: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of problem to test a strategy in: of those that it names, those in ``kinds``."""
    named = plugins.load(strategy).strategy.problems
    return tuple(name for name in named if name in kinds and name != DEFAULT) or tuple(named)


def kind_request(strategy: str, request: Request) -> Request:
    """Return the request by which a strategy learns from rows with weights, and scores if it does so itself."""
    own = takes_part(strategy, PREDICT) and plugins.load(strategy).strategy.scores == "own"
    task, epochs = (PREDICT if own else TRAIN).name, max(EPOCHS, request.epochs)
    return replace(request, task=task, epochs=epochs, batch_size=(BATCH_SIZE,))


class LearningContract:
    """A part of `bench.testing.StrategyContract`, which says what its attributes are."""

    strategy: str
    request: Request = LITTLE_WORK
    kinds: tuple[str, ...] = tuple(LAWS)

    @pytest.fixture(scope="class", params=[*LAWS])
    @classmethod
    def kind(cls, request: pytest.FixtureRequest) -> str:
        """Each kind of problem that it learns, but for that of all other tests, unless it is the only one."""
        trains_or_skip(cls.strategy)
        if request.param not in kinds_of(cls.strategy, cls.kinds):
            pytest.skip("it does not take part in problems of that kind, or other tests show that it does")
        return str(request.param)

    @pytest.fixture(scope="class")
    @classmethod
    def kind_record(cls, kind: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        """The record of a trial on rows with weights, with two workers if it is distributed."""
        facts, directory = plugins.load(cls.strategy).strategy, tmp_path_factory.mktemp("kind")
        request = kind_request(cls.strategy, cls.request)
        weighted = make_weighted_dataset(directory, kind, weights=facts.weights)
        return run_trial(cls.strategy, weighted, directory, workers=1 + facts.distributed, request=request)

    def test_it_learns_each_kind_by_the_weights_of_rows(self, kind_record: dict[str, Any], kind: str) -> None:
        """It learns problems of each kind that it names; rows without a weight, whose labels are wrong, do not count.

        Where it scores with its own model, every row of both splits is scored once.
        """
        assert kind_record["status"] == "ok", kind_record["reason"]
        if kind_record["quality"] is None:
            pytest.skip("it is not graded")
        first = PROBLEMS[kind].metrics[0]
        assert first.reaches(kind_record["quality"][first.name], LAWS[kind].enough), kind_record["quality"]
