"""Whether anybody takes what a run was given: a model to score with, a network to train, a place for models."""

from __future__ import annotations

from collections.abc import Sequence

from bench.errors import UsageError
from bench.request import PlannedTrial, Request
from bench.tasks import TASKS


def require_takers(request: Request, trials: Sequence[PlannedTrial]) -> None:
    """See that a strategy takes each of the things that the request brings.

    Args:
        request: The request.
        trials: The plan.

    Raises:
        UsageError: None does, and so the thing was given in vain.
    """
    scoring = [planned for planned in trials if TASKS[planned.trial.task].scores_given_model]
    training = [planned for planned in trials if TASKS[planned.trial.task].about_a_model]
    if request.model and not any(planned.strategy.scores == "reference" for planned in scoring):
        raise UsageError("No strategy that takes part scores with --model: say --task predict, or name one that does.")
    if request.network and not any(planned.strategy.networks for planned in training):
        raise UsageError("No strategy that takes part trains --network: say --task train, or name one that does.")
    if request.predictions and not any(TASKS[planned.trial.task].writes for planned in trials):
        raise UsageError("No task of this run leaves --predictions: say --task predict or --task pipeline.")
    if request.shared and not any(TASKS[planned.trial.task].hands_over for planned in trials):
        raise UsageError("No task of this run hands rows over by files at --shared: say --task handoff.")
    if request.save_model and not any(planned.strategy.saves for planned in training):
        raise UsageError("No strategy that takes part heeds --save-model: say --task train, or name one that does.")
