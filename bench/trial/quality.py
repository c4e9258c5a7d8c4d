"""Grades the predictions of every strategy with the same code, off the clock."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.families import family_of
from bench.model import Dataset
from bench.problems import InvalidAnswerError, problem_of
from bench.request import PlannedTrial
from bench.rows.reading import open_rows
from bench.trial.by_parts import OTHERS, SEVERAL, Assessment, grade_by_parts
from bench.trial.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


MOST_AT_ONCE = 20_000_000  # rows that are graded in memory, at up to 130 bytes each; more are graded part by part
LEAST_OF_BUDGET = 0.8  # the last slice of rows may end early
LUCK = 6.0  # how many times 1/sqrt(rows) chance may lift a grade above the best that is possible without it


def floor(planned: PlannedTrial) -> float | None:
    """Return the least first grade of every correct implementation, ``None`` where none is known.

    Floors are measured with the default amount of training of the family's own network, so they do not hold for less
    training, nor for a given model or network.

    Args:
        planned: The trial, with the facts about its strategy.
    """
    trial, family = planned.trial, family_of(planned.strategy.family)
    if planned.reference or trial.network or not family.learned_enough({**vars(trial), **trial.settings}):
        return None
    return trial.dataset.floors.get(family.name)


def beats_chance(planned: PlannedTrial) -> bool:
    """Return whether a trial learns from enough rows to beat every answer that knows no feature.

    Args:
        planned: The trial, with the facts about its strategy.
    """
    trial, family = planned.trial, family_of(planned.strategy.family)
    enough = family.learned_enough({**vars(trial), **trial.settings})
    return not planned.reference and enough and trial.dataset.train_rows >= family.least_rows


def check_budget(predict_s: float, budget_s: float) -> None:
    """Check that a strategy that left rows out has used its time.

    Args:
        predict_s: Seconds that it scored for.
        budget_s: Seconds that it was given.

    Raises:
        InvalidAnswerError: It stopped earlier.
    """
    if predict_s < LEAST_OF_BUDGET * budget_s:
        raise InvalidAnswerError(f"it left rows out after {predict_s:.1f} of the {budget_s:g} s that it had")


def grade(
    dataset: Dataset,
    splits: tuple[str, ...],
    predictions: Path,
    *,
    least: float | None = None,
    beats_chance: bool = False,
    reference: Path | None = None,
    scored: int | None = None,
) -> dict[str, float]:
    """Compare predictions with the labels of the rows to score, and with the predictions of the reference model.

    Args:
        dataset: The dataset.
        splits: Splits to score.
        predictions: Parquet file or directory with ``row_id`` and the columns of the dataset's problem.
        least: The least first grade of every correct implementation, if one is known.
        beats_chance: Whether the model learned from enough rows to beat every answer that knows no feature.
        reference: Parquet file with the same columns, equal to these within the problem's tolerance.
        scored: Number of rows that the strategy claims to have scored, if it ran out of time; all by default.

    Returns:
        The grades of the dataset's problem, by name; with a reference also ``max_difference``, the largest difference
        of a prediction from the reference's.

    Raises:
        InvalidAnswerError: A row is missing or occurs twice, a prediction is not allowed, all are equal, one differs
            from the reference, or the first grade is worse than ``least``, or better than is possible.
    """
    problem = problem_of(dataset)
    rows = sum({"train": dataset.train_rows, "test": dataset.test_rows}[split] for split in splits)
    graded = grade_by_parts(dataset, splits, predictions, reference, scored, rows) if rows > MOST_AT_ONCE else None
    graded = graded or _grade_at_once(dataset, splits, predictions, reference, scored)
    grades = graded.grades
    for name, value in grades.items():
        if not math.isfinite(value):
            raise InvalidAnswerError(f"its {name} is {value}, which is no grade")
    if graded.difference is not None:
        grades = {**grades, "max_difference": graded.difference}
        if graded.difference > (allowed := problem.allowed_difference(dataset)):
            how = f"{graded.difference:.2g} from what the model gives, more than {allowed:.2g}"
            raise InvalidAnswerError(f"a score differs by {how}", grades)
    elif not graded.learned:
        raise InvalidAnswerError("all scores are equal: nothing was learned", grades)
    first = problem.metrics[0]
    who = "every correct implementation of its family"
    if least is None and beats_chance and grades:
        least, who = (
            problem.worst(dataset, graded.labels, graded.weights),
            "an answer that knows no feature, and a margin,",
        )
    if least is not None and first.name in grades and not first.reaches(grades[first.name], least):
        side = "below" if first.better > 0 else "above"
        raise InvalidAnswerError(
            f"{first.article} {first.label} of {first.shown(grades[first.name])} is {side} {first.shown(least)}, which "
            f"{who} reaches",
            grades,
        )
    # Of both splits, one may be what the model has learned from: it may know that one better than is possible.
    if dataset.best is not None and first.name in grades and len(splits) == 1:
        luck = LUCK / math.sqrt(scored or rows) * (dataset.best if first.relative else 1)
        if first.better * (grades[first.name] - dataset.best) > luck:
            raise InvalidAnswerError(
                f"{first.article} {first.label} of {first.shown(grades[first.name])} is better than "
                f"{first.shown(dataset.best)}, the best that is possible: it knows the labels",
                grades,
            )
    return grades


def _grade_at_once(
    dataset: Dataset, splits: tuple[str, ...], predictions: Path, reference: Path | None, scored: int | None
) -> Assessment:
    """Do what `grade_by_parts` does, with all rows in memory."""
    problem = problem_of(dataset)
    row_ids, labels, weights = _labels(dataset, splits)
    width = problem.width(dataset)
    written = Predictions(predictions, problem, width)
    if scored is not None:
        there = _scored(scored, written.row_ids, row_ids)
        row_ids, labels, weights = row_ids[there], labels[there], None if weights is None else weights[there]
    if not len(written.row_ids):
        raise InvalidAnswerError("no row was scored")
    found = written.arranged(_places(row_ids, written.row_ids))
    problem.check(found)
    difference = Predictions(reference, problem, width).largest_difference(row_ids, found) if reference else None
    return Assessment(problem.grade(labels, found, weights), difference, problem.learned(found), labels, weights)


def _scored(number: int, found_ids: npt.NDArray[np.int64], row_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which rows were scored, after a check of their number."""
    import numpy as np

    if len(found_ids) != number:
        raise InvalidAnswerError(f"{len(found_ids):,} rows were scored, and it says {number:,}")
    return np.isin(row_ids, found_ids)


def _labels(
    dataset: Dataset, splits: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    """Return the row ids, sorted, their labels and, if there are any, their weights."""
    import numpy as np

    tables = [_columns(dataset, split) for split in splits]
    names = ["row_id", *dataset.before_features]
    row_ids, labels, *weights = (np.concatenate([table[name].to_numpy() for table in tables]) for name in names)
    if (row_ids[1:] > row_ids[:-1]).all():  # as in every dataset that was made here
        return row_ids, labels, weights[0] if weights else None
    order = np.argsort(row_ids)
    return row_ids[order], labels[order], weights[0][order] if weights else None


def _columns(dataset: Dataset, split: str) -> Any:
    """Return the columns ``row_id``, label and weight of a split, and nothing else of it."""
    import pyarrow as pa

    columns = ["row_id", *dataset.before_features]
    return pa.concat_tables(open_rows(dataset, split).tables(columns))


def _places(expected: npt.NDArray[np.int64], row_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the place of each row id among the expected ones, which are sorted, after a check that they are those."""
    import numpy as np

    if len(row_ids) != len(expected):
        raise InvalidAnswerError(f"{len(row_ids):,} rows were scored instead of {len(expected):,}")
    if np.array_equal(row_ids, expected):
        return np.arange(len(expected))
    order = np.argsort(row_ids)
    ordered = row_ids[order]
    if (ordered[1:] == ordered[:-1]).any():
        raise InvalidAnswerError(SEVERAL)
    if not np.array_equal(ordered, expected):
        raise InvalidAnswerError(OTHERS)
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places
