"""Grades more rows than memory holds: labels and predictions are parted on disk, and meet part by part.

Grades are those of all rows at once: what is a mean is added up, and what ranks rows is sorted on disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.model import Dataset
from bench.problems import InvalidAnswerError, problem_of
from bench.rows.reading import open_rows
from bench.trial.parted import PartedRows
from bench.trial.predictions import PredictionFiles

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Columns = dict[str, "npt.NDArray[Any]"]
LABEL, WEIGHT = "label", "weight"
PART_VALUES = 2**22  # predicted numbers in a part
SEVERAL = "some rows were scored twice and others not at all"
OTHERS = "rows were scored that are not in the dataset, and others were not"


@dataclass(frozen=True)
class Assessment:
    """What was found out about predictions.

    Attributes:
        grades: The grades of the problem, by name.
        difference: The largest difference from the reference's predictions, if there is a reference.
        learned: Whether they show that anything was learned.
        labels: Labels, and ``weights``, how much each counts, for `bench.problems.Problem.worst`.
    """

    grades: dict[str, float]
    difference: float | None
    learned: bool
    labels: npt.NDArray[Any]
    weights: npt.NDArray[Any] | None


def grade_by_parts(
    dataset: Dataset, splits: tuple[str, ...], predictions: Path, reference: Path | None, scored: int | None, rows: int
) -> Assessment | None:
    """Grade predictions; None where the kind of problem cannot do it part by part.

    Args:
        dataset: The dataset.
        splits: Splits to score.
        predictions: Parquet file or directory with ``row_id`` and the columns of the dataset's problem.
        reference: Parquet file with the same columns.
        scored: Number of rows that the strategy claims to have scored; all if None.
        rows: Rows of the splits.

    Raises:
        InvalidAnswerError: A row is missing or occurs twice, or a prediction is not allowed.
    """
    import numpy as np

    problem = problem_of(dataset)
    width = problem.width(dataset)
    parts = -(-rows * max(1, width) // PART_VALUES)
    # Beside the predictions, where there is room for them.
    with tempfile.TemporaryDirectory(prefix="graded-", dir=predictions.parent) as temporary:
        directory = Path(temporary)
        grader = problem.grader(dataset, directory)
        if grader is None:
            return None
        found, truth = PartedRows(directory / "found", parts), PartedRows(directory / "truth", parts)
        for row_ids, columns in PredictionFiles(predictions, problem, width).portions():
            found.add(row_ids, columns)
        _check_number(found.rows, rows if scored is None else scored, partly=scored is not None)
        for row_ids, columns in _label_batches(dataset, splits):
            truth.add(row_ids, columns)
        known = PartedRows(directory / "known", parts)
        for row_ids, columns in PredictionFiles(reference, problem, width).portions() if reference else ():
            known.add(row_ids, columns)
        difference, learned, first = 0.0, False, None
        for part in range(parts):
            row_ids, answers = found.read(part)
            expected, labels = truth.read(part)
            there = np.isin(expected, row_ids) if scored is not None else slice(None)
            _check_ids(row_ids, expected[there])
            if not len(row_ids):
                continue
            problem.check(answers)
            grader.add(labels[LABEL][there], answers, labels[WEIGHT][there] if WEIGHT in labels else None)
            first = first or {name: values[:1] for name, values in answers.items()}
            learned = learned or problem.learned(
                {name: np.concatenate([first[name], values]) for name, values in answers.items()}
            )
            if reference:
                difference = max(difference, _difference(row_ids, answers, *known.read(part)))
        grades = grader.grades()
        few = grader.representatives() if grades else (np.empty(0), None)
        return Assessment(grades, difference if reference else None, learned, *few)


def _check_number(found: int, expected: int, *, partly: bool) -> None:
    if not found:
        raise InvalidAnswerError("no row was scored")
    if found != expected:
        said = f", and it says {expected:,}" if partly else f" instead of {expected:,}"
        raise InvalidAnswerError(f"{found:,} rows were scored{said}")


def _check_ids(row_ids: npt.NDArray[np.int64], expected: npt.NDArray[np.int64]) -> None:
    import numpy as np

    if (row_ids[1:] == row_ids[:-1]).any():
        raise InvalidAnswerError(SEVERAL)
    if not np.array_equal(row_ids, expected):
        raise InvalidAnswerError(OTHERS)


def _difference(row_ids: npt.NDArray[np.int64], answers: Columns, known_ids: Any, known: Columns) -> float:
    import numpy as np

    places = np.searchsorted(known_ids, row_ids)
    return max(float(np.abs(values - known[name][places]).max()) for name, values in answers.items())


def _label_batches(dataset: Dataset, splits: tuple[str, ...]) -> Iterator[tuple[npt.NDArray[np.int64], Columns]]:
    """Yield row ids, labels and weights of splits, a row group at a time."""
    names = {LABEL: dataset.label} | ({WEIGHT: dataset.weight} if dataset.weight else {})
    for table in open_rows(dataset, *splits).tables(["row_id", *names.values()]):
        yield table["row_id"].to_numpy(), {kind: table[name].to_numpy() for kind, name in names.items()}
