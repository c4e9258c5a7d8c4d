"""Grades predictions, off the clock: every strategy's with this one code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.model import Dataset
from bench.problems.base import InvalidAnswerError
from bench.request import Planned, Request

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


TOLERANCE = 1e-5  # between two correct ways to compute a model's score, whose float32 sums run in another order
LEAST_OF_BUDGET = 0.8  # the last slice of rows may end early


def floor(planned: Planned) -> float | None:
    """Return the AUC that a correct implementation does not fall below, ``None`` where none is known.

    Floors are measured with the default amount of training, so they do not hold for less, nor for a model that was
    given.

    Args:
        planned: The trial, with the facts about its strategy.
    """
    trial, default = planned.trial, Request()
    enough = {
        "mlp": trial.epochs >= default.epochs and trial.batch_size <= default.batch_size,
        "gbt": trial.trees >= default.trees and trial.depth >= default.depth and trial.bins >= default.bins,
    }
    if planned.reference or not enough.get(planned.strategy.family, True):
        return None
    return trial.dataset.floors.get(planned.strategy.family)


def check_budget(predict_s: float, budget_s: float) -> None:
    """See that a strategy that left rows out has used the time that it was given.

    Args:
        predict_s: Seconds that it scored for.
        budget_s: Seconds that it might have.

    Raises:
        InvalidAnswerError: It has not.
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
    """Compare predictions with the labels of the rows that were to be scored, and with those of the same model.

    Args:
        dataset: The dataset.
        splits: Splits that were to be scored.
        predictions: Parquet file or directory with ``row_id`` and ``score``.
        least: AUC that a correct implementation does not fall below, if one is known.
        reference: Parquet file with the same columns, which the scores must equal within 1e-5.
        scored: Number of rows that the strategy says it has scored, if it ran out of time; all by default.

    Returns:
        ``auc``, the exact area under the ROC curve, ties counted half; ``log_loss``, the mean of -log p(label) in
        nats; with a reference ``max_difference``, the largest difference of a score from the reference's. The first
        two are missing where all rows that were scored have one label.

    Raises:
        InvalidAnswerError: A row is missing or there twice, a score is no probability, all scores are equal, one
            differs from the reference, or the AUC lies below the floor.
    """
    from sklearn.metrics import roc_auc_score

    row_ids, labels = _labels(dataset, splits)
    found_ids, scores = _read_predictions(predictions)
    if scored is not None:
        row_ids, labels = _scored(scored, found_ids, row_ids, labels)
    if not len(found_ids):
        raise InvalidAnswerError("no row was scored")
    scores = _aligned(row_ids, found_ids, scores)
    _check_probabilities(scores)
    grades = {}
    if labels.min() != labels.max():
        grades = {"auc": float(roc_auc_score(labels, scores)), "log_loss": _log_loss(labels, scores)}
    if reference:
        grades["max_difference"] = difference = _difference(row_ids, scores, reference)
        if difference > TOLERANCE:
            what = f"a score differs by {difference:.2g} from what the model gives, more than {TOLERANCE:g}"
            raise InvalidAnswerError(what, grades)
    elif scores.min() == scores.max():
        raise InvalidAnswerError("all scores are equal: nothing was learned", grades)
    if least is not None and grades.get("auc", least) < least:
        raise InvalidAnswerError(
            f"an AUC of {grades['auc']:.4f} is below {least:.4f}, which every correct implementation of its family "
            "reaches",
            grades,
        )
    return grades


def _scored(
    number: int, found_ids: npt.NDArray[np.int64], row_ids: npt.NDArray[np.int64], labels: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the row ids and labels of the rows that are there; as many as the strategy says."""
    import numpy as np

    if len(found_ids) != number:
        raise InvalidAnswerError(f"{len(found_ids):,} rows were scored, and it says {number:,}")
    there = np.isin(row_ids, found_ids)
    return row_ids[there], labels[there]


def _difference(row_ids: npt.NDArray[np.int64], scores: npt.NDArray[Any], reference: Path) -> float:
    """Return the largest difference from the reference's scores."""
    import numpy as np

    known_ids, known = _read_predictions(reference)
    order = np.argsort(known_ids)
    return float(np.abs(scores - known[order[np.searchsorted(known_ids, row_ids, sorter=order)]]).max())


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
        with files.parquet(files.open(path)) as file:
            tables.append(file.read(columns=columns))
    return pa.concat_tables(tables)


def _read_predictions(path: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    import pyarrow as pa

    try:
        table = _read(path, ["row_id", "score"])
    except (OSError, pa.ArrowException) as error:
        raise InvalidAnswerError(f"its predictions cannot be read: {str(error).splitlines()[0]}") from error
    if missing := {"row_id", "score"} - set(table.column_names):
        raise InvalidAnswerError(f"its predictions have no column {' and no column '.join(sorted(missing))}")
    if not pa.types.is_integer(table["row_id"].type) or not pa.types.is_floating(table["score"].type):
        raise InvalidAnswerError("its predictions must have an integer row_id and a floating-point score")
    if table["row_id"].null_count or table["score"].null_count:
        raise InvalidAnswerError("its predictions hold nulls")
    return table["row_id"].to_numpy(), table["score"].to_numpy()


def _read(path: Path, columns: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise InvalidAnswerError(f"there is no Parquet file in {path.name}")
    tables = [pq.ParquetFile(file, page_checksum_verification=True) for file in files]
    present = [name for name in columns if name in tables[0].schema_arrow.names]
    return pa.concat_tables([file.read(columns=present) for file in tables])


def _aligned(
    expected: npt.NDArray[np.int64], row_ids: npt.NDArray[np.int64], scores: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return the scores in the order of ``expected``, which is sorted."""
    import numpy as np

    order = np.argsort(row_ids)
    row_ids = row_ids[order]
    if len(row_ids) != len(expected):
        raise InvalidAnswerError(f"{len(row_ids):,} rows were scored instead of {len(expected):,}")
    if (row_ids[1:] == row_ids[:-1]).any():
        raise InvalidAnswerError("some rows were scored twice and others not at all")
    if not np.array_equal(row_ids, expected):
        raise InvalidAnswerError("rows were scored that are not in the dataset, and others were not")
    return scores[order]


def _log_loss(labels: npt.NDArray[np.float32], scores: npt.NDArray[Any]) -> float:
    """Return the mean of -log p(label); p is kept a rounding error away from 0, where a float32 cannot be exact.

    scikit-learn's takes eight times as long, most of it to find out what is known here.
    """
    import numpy as np

    likelihood = np.where(labels == 1, scores, 1 - scores).astype(np.float64)
    return float(-np.log(np.maximum(likelihood, np.finfo(np.float32).eps)).mean())


def _check_probabilities(scores: npt.NDArray[Any]) -> None:
    import numpy as np

    if not np.isfinite(scores).all():
        raise InvalidAnswerError("some scores are NaN or infinite")
    if scores.min() < 0 or scores.max() > 1:
        raise InvalidAnswerError("some scores are no probabilities: they lie outside 0 to 1")
