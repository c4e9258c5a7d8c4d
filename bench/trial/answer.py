"""Checks what a trial hands over, its figures and its answer, and turns them into the figures of its task."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.datasets.format.digests import difference
from bench.families import family_of
from bench.model import Storage
from bench.problems import InvalidAnswerError
from bench.request import PlannedTrial
from bench.rows.places import fetched
from bench.tasks import TASKS
from bench.tasks.base import Observation
from bench.trial import delivery, models, quality
from bench.trial.measures import check_measures, check_ranks
from bench.trial.outcome import Outcome
from bench.trial.timeline import Timeline

PREDICT = "predict"  # the phase that a row budget is for


def check_figures(
    planned: PlannedTrial, outcome: Outcome, times: Timeline, wall_s: float
) -> tuple[Outcome, dict[str, float]]:
    """Return the numbers that the strategy left; an impossible one turns an ``ok`` trial ``invalid``.

    Impossible seconds of ranks are taken out of the timeline, so that no record holds them.

    Args:
        planned: The trial, with the facts about its strategy.
        outcome: The end of its worker.
        times: The worker's timeline, which is changed.
        wall_s: Wall seconds of the trial.
    """
    inner, times.inner = times.inner, {}
    try:
        check_ranks(inner, wall_s)
        times.inner = inner
        return outcome, check_measures(times.measures, planned.trial, wall_s)
    except InvalidAnswerError as error:
        if outcome.status != "ok":
            return outcome, {}
        return replace(outcome, status="invalid", reason=f"A figure is wrong: {error}.", phase=times.last), {}


def grade(
    planned: PlannedTrial, outcome: Outcome, times: Timeline, measures: dict[str, float]
) -> tuple[Outcome, dict[str, float] | None]:
    """Grade the answer of a trial that is ``ok`` so far; a wrong answer makes it ``invalid``.

    Args:
        planned: The trial, with the facts about its strategy.
        outcome: The end of its worker.
        times: The worker's timeline.
        measures: Out of `check_figures`.

    Returns:
        The outcome, and the grades by the names of their metrics; None where nothing was graded.
    """
    task = TASKS[planned.trial.task]
    if outcome.status != "ok" or not family_of(planned.strategy.family).works:
        return outcome, None
    try:
        if outcome.predictions is None:
            raise InvalidAnswerError(f"it returned no {task.answer_is}, so nothing shows that it {task.did}")
        scored = measures.get("rows_scored")
        if scored is not None:
            if not task.row_budget:
                raise InvalidAnswerError(f"it left rows out, and the task {planned.trial.task} gives no time to do so")
            quality.check_budget(times.phases[PREDICT], planned.trial.budget_s)
        if task.hands_over:
            return outcome, delivery.grade(planned, Path(outcome.predictions))
        if task.grades is not None:
            return outcome, models.grade(planned, Path(outcome.predictions))
        expected = planned.trial.dataset.raw.get("digests")
        if task.composed and expected and (differs := difference(outcome.digests, expected)):
            raise InvalidAnswerError(f"its feature table {differs}")
        storage = planned.trial.write_to.storage if planned.trial.write_to else Storage()
        with fetched(outcome.predictions, storage) as predictions:
            grades = quality.grade(
                planned.trial.dataset,
                planned.trial.splits_to_score,
                predictions,
                least=quality.floor(planned),
                beats_chance=quality.beats_chance(planned),
                reference=planned.reference.predictions if planned.reference else None,
                scored=None if scored is None else int(scored),
            )
    except InvalidAnswerError as error:
        wrong = replace(outcome, status="invalid", reason=f"The answer is wrong: {error}.", phase=task.hooks[-1])
        return wrong, error.grades
    return outcome, grades


def work(planned: PlannedTrial, times: Timeline, measures: dict[str, float]) -> dict[str, Any]:
    """Return the figures by which the task is measured.

    Args:
        planned: The trial, with the facts about its strategy.
        times: The worker's timeline.
        measures: Out of `check_figures`.
    """
    task = TASKS[planned.trial.task]
    if not family_of(planned.strategy.family).works:
        return task.idle_work(times.phases)
    given = planned.reference is not None
    return task.work(Observation(planned.trial.dataset, times.phases, times.inner, measures, given))
