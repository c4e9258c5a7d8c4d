"""Grades the predictions of every strategy with the same code, off the clock."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.families import family_of
from bench.model import Dataset
from bench.problems import InvalidAnswerError, Problem, problem_of
from bench.request import PlannedTrial

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


KINDS = {"i": "an integer", "f": "a floating-point"}
LEAST_OF_BUDGET = 0.8  # the last slice of rows may end early


def floor(planned: PlannedTrial) -> float | None:
    """Return the least first grade of every correct implementation, ``None`` where none is known.

    Floors are measured with the default amount of training, so they do not hold for less training, nor for a given
    model.

    Args:
        planned: The trial, with the facts about its strategy.
    """
    trial, family = planned.trial, family_of(planned.strategy.family)
    if planned.reference or not family.learned_enough({**vars(trial), **trial.settings}):
        return None
    return trial.dataset.floors.get(family.name)


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
    reference: Path | None = None,
    scored: int | None = None,
) -> dict[str, float]:
    """Compare predictions with the labels of the rows to score, and with the predictions of the reference model.

    Args:
        dataset: The dataset.
        splits: Splits to score.
        predictions: Parquet file or directory with ``row_id`` and the columns of the dataset's problem.
        least: The least first grade of every correct implementation, if one is known.
        reference: Parquet file with the same columns, equal to these within the problem's tolerance.
        scored: Number of rows that the strategy claims to have scored, if it ran out of time; all by default.

    Returns:
        The grades of the dataset's problem, by name; with a reference also ``max_difference``, the largest difference
        of a prediction from the reference's.

    Raises:
        InvalidAnswerError: A row is missing or occurs twice, a prediction is not allowed, all are equal, one differs
            from the reference, or the first grade is worse than ``least``.
    """
    problem = problem_of(dataset)
    row_ids, labels = _labels(dataset, splits)
    found_ids, found = _read_predictions(predictions, problem)
    if scored is not None:
        row_ids, labels = _scored(scored, found_ids, row_ids, labels)
    if not len(found_ids):
        raise InvalidAnswerError("no row was scored")
    order = _order(row_ids, found_ids)
    found = {name: values[order] for name, values in found.items()}
    problem.check(found)
    grades = problem.grade(labels, found)
    for name, value in grades.items():
        if not math.isfinite(value):
            raise InvalidAnswerError(f"its {name} is {value}, which is no grade")
    if reference:
        difference = _difference(row_ids, found, reference, problem)
        grades = {**grades, "max_difference": difference}
        if difference > problem.tolerance:
            what = f"a score differs by {difference:.2g} from what the model gives, more than {problem.tolerance:g}"
            raise InvalidAnswerError(what, grades)
    elif not problem.learned(found):
        raise InvalidAnswerError("all scores are equal: nothing was learned", grades)
    first = problem.metrics[0]
    if least is not None and first.name in grades and not first.reaches(grades[first.name], least):
        raise InvalidAnswerError(
            f"{first.article} {first.label} of {first.shown(grades[first.name])} is "
            f"{'below' if first.better > 0 else 'above'} {first.shown(least)}, which every correct implementation of "
            "its family reaches",
            grades,
        )
    return grades


def _scored(
    number: int, found_ids: npt.NDArray[np.int64], row_ids: npt.NDArray[np.int64], labels: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the row ids and labels of the rows that were scored, after a check of their number."""
    import numpy as np

    if len(found_ids) != number:
        raise InvalidAnswerError(f"{len(found_ids):,} rows were scored, and it says {number:,}")
    there = np.isin(row_ids, found_ids)
    return row_ids[there], labels[there]


def _difference(
    row_ids: npt.NDArray[np.int64], found: dict[str, npt.NDArray[Any]], reference: Path, problem: Problem
) -> float:
    """Return the largest difference from the reference's predictions."""
    import numpy as np

    known_ids, known = _read_predictions(reference, problem)
    order = np.argsort(known_ids)
    place = order[np.searchsorted(known_ids, row_ids, sorter=order)]
    return max(float(np.abs(values - known[name][place]).max()) for name, values in found.items())


def _labels(dataset: Dataset, splits: tuple[str, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the row ids, sorted, and their labels."""
    import numpy as np

    tables = [_columns(dataset, split) for split in splits]
    row_ids = np.concatenate([table["row_id"].to_numpy() for table in tables])
    labels = np.concatenate([table[dataset.label].to_numpy() for table in tables])
    order = np.argsort(row_ids)
    return row_ids[order], labels[order]


def _columns(dataset: Dataset, split: str) -> Any:
    """Return the columns ``row_id`` and label of a split, and nothing else of it."""
    import pyarrow as pa

    from bench.datasets.format.files import DataFiles

    files, columns = DataFiles(dataset), ["row_id", dataset.label]
    tables = []
    for path in files.paths(split):
        with files.open_parquet(files.open(path)) as file:
            tables.append(file.read(columns=columns))
    return pa.concat_tables(tables)


def _read_predictions(path: Path, problem: Problem) -> tuple[npt.NDArray[np.int64], dict[str, npt.NDArray[Any]]]:
    """Return the row ids, and the problem's columns of predictions."""
    import pyarrow as pa

    wanted = {"row_id": "i", **problem.columns()}
    try:
        table = _read(path, [*wanted])
    except (OSError, pa.ArrowException) as error:
        raise InvalidAnswerError(f"its predictions cannot be read: {str(error).splitlines()[0]}") from error
    if missing := wanted.keys() - set(table.column_names):
        raise InvalidAnswerError(f"its predictions have no column {' and no column '.join(sorted(missing))}")
    fits = {"i": pa.types.is_integer, "f": pa.types.is_floating}
    if not all(fits[kind](table[name].type) for name, kind in wanted.items()):
        words = " and ".join(f"{KINDS[kind]} {name}" for name, kind in wanted.items())
        raise InvalidAnswerError(f"its predictions must have {words}")
    if any(table[name].null_count for name in wanted):
        raise InvalidAnswerError("its predictions hold nulls")
    return table["row_id"].to_numpy(), {name: table[name].to_numpy() for name in wanted if name != "row_id"}


def _read(path: Path, columns: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise InvalidAnswerError(f"there is no Parquet file in {path.name}")
    tables = [pq.ParquetFile(file, page_checksum_verification=True) for file in files]
    present = [name for name in columns if name in tables[0].schema_arrow.names]
    return pa.concat_tables([file.read(columns=present) for file in tables])


def _order(expected: npt.NDArray[np.int64], row_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the order that sorts the row ids, after a check that they are the expected ones."""
    import numpy as np

    order = np.argsort(row_ids)
    row_ids = row_ids[order]
    if len(row_ids) != len(expected):
        raise InvalidAnswerError(f"{len(row_ids):,} rows were scored instead of {len(expected):,}")
    if (row_ids[1:] == row_ids[:-1]).any():
        raise InvalidAnswerError("some rows were scored twice and others not at all")
    if not np.array_equal(row_ids, expected):
        raise InvalidAnswerError("rows were scored that are not in the dataset, and others were not")
    return order
