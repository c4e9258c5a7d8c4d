"""The model that a trial has trained: saved beside it, and kept where the user wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.errors import BenchError
from bench.records.directory import Record
from bench.request import PlannedTrial
from bench.tasks import TASKS

# What a trial that failed has no figures of.
FIGURES = ("time_to_model_s", "rows", "rows_per_s", "rows_per_s_warm")


def with_place(planned: PlannedTrial, directory: Path) -> PlannedTrial:
    """Return a plan with the directory in which its strategy saves its model, if it is one that does.

    Args:
        planned: The trial, with the facts about its strategy.
        directory: The trial's own directory.
    """
    if not (planned.strategy.saves and TASKS[planned.trial.task].about_a_model):
        return planned
    return replace(planned, trial=replace(planned.trial, save_to=directory / "model"))


def keep(planned: PlannedTrial, record: Record, keep_model: Callable[[Path], str]) -> Record:
    """Keep the model of a trial that is ``ok``, and return its record with the model's place.

    Args:
        planned: Out of `with_place`.
        record: The record, which is ``failed`` then where the place cannot be written to.
        keep_model: Puts a file or directory in its place, and returns that.
    """
    saved = planned.trial.save_to
    if saved is None or not saved.exists() or record["status"] != "ok":
        return record
    try:
        place = keep_model(next(saved.iterdir()))
    except BenchError as error:
        return {**record, **dict.fromkeys(FIGURES), "status": "failed", "reason": str(error), "phase": "teardown"}
    return {**record, "notes": {**record["notes"], "saved_model": place}}
