"""Models of tasks that are graded by the model itself: with which all strategies begin, and what one came to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.problems import InvalidAnswerError
from bench.problems.model_grading import ModelGrading
from bench.request import PlannedTrial
from bench.rows.reading import open_rows
from bench.tasks import TASKS
from bench.trial import plain_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from bench.model import Dataset
    from bench.rows.groups import RowGroup

PARTS = 16  # of the sample, from all over the split: a table may be sorted


def with_initial(planned: PlannedTrial, directory: Path) -> PlannedTrial:
    """Return a plan with the model that all strategies of its task begin with, saved in a file; off every clock.

    Args:
        planned: The trial, with the facts about its strategy.
        directory: Directory for the file, which the strategy does not write to.

    Raises:
        DatasetError: A file of the dataset is damaged or gone.
    """
    import numpy as np

    trial = planned.trial
    grading = TASKS[trial.task].grades
    if not isinstance(grading, ModelGrading):
        return planned
    path = directory / "initial.npy"
    np.save(path, grading.begin(trial, _sample(trial.dataset, grading.sample_rows)))
    return replace(planned, trial=replace(trial, initial=path))


def grade(planned: PlannedTrial, answer: Path) -> dict[str, float]:
    """Return the grades of a trial's model, measured on the rows of both splits, which are read once.

    Args:
        planned: The trial, out of `with_initial`.
        answer: The file that its task saved.

    Raises:
        InvalidAnswerError: It is wrong.
    """
    import numpy as np

    trial = planned.trial
    grading = TASKS[trial.task].grades
    if not isinstance(grading, ModelGrading) or trial.initial is None:
        raise AssertionError(f"the task {trial.task} does not grade models")
    grades = grading.grade(trial, np.load(trial.initial), np.load(answer), partial(plain_rows.features, trial.dataset))
    for name, value in grades.items():
        if not math.isfinite(value):
            raise InvalidAnswerError(f"its {name} is {value}, which is no grade")
    return grades


def _sample(dataset: Dataset, number: int) -> npt.NDArray[Any]:
    """Return so many rows of the train split, all where it has fewer: float32 of shape (rows, features)."""
    import numpy as np

    train = open_rows(dataset, "train")
    return np.concatenate([rows for _, rows in train.only(_spread(train.groups, number)).batches()])


def _spread(groups: Sequence[RowGroup], number: int) -> list[RowGroup]:
    """Return parts of row groups, equally many rows of each as far as they have them, from all over the split."""
    step = math.ceil(len(groups) / PARTS)
    order = [group for start in range(step) for group in groups[start::step]]
    parts: list[RowGroup] = []
    for share in (math.ceil(number / min(PARTS, len(groups))), number):
        parts, left = [], number
        for group in order:
            if taken := min(share, left, group.rows):
                parts.append(replace(group, rows=taken))
                left -= taken
        if not left:
            break
    return parts
