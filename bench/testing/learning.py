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
        named = plugins.load(cls.strategy).strategy.problems
        if request.param not in ([name for name in named if name in cls.kinds and name != DEFAULT] or named):
            pytest.skip("it does not take part in problems of that kind, or other tests show that it does")
        return str(request.param)

    @pytest.fixture(scope="class")
    @classmethod
    def kind_record(cls, kind: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        """The record of a trial on rows with weights, with two workers if it is distributed."""
        facts, directory = plugins.load(cls.strategy).strategy, tmp_path_factory.mktemp("kind")
        own = takes_part(cls.strategy, PREDICT) and facts.scores == "own"
        task, epochs = (PREDICT if own else TRAIN).name, max(EPOCHS, cls.request.epochs)
        request = replace(cls.request, task=task, epochs=epochs, batch_size=(BATCH_SIZE,))
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
