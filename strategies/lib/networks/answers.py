"""Answers of a model that a user brings, whichever framework it is of: whether they are of the kind of problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from bench import Dataset

NEEDED = {
    "binary": "one probability for each row is needed",
    "multiclass": "{classes} probabilities for each row are needed, one for each class",
    "regression": "one number for each row is needed",
}
SUM_TOLERANCE = 1e-4  # of the probabilities of a row


class ModelError(ValueError):
    """The model cannot be loaded, or does not fit the dataset; one sentence."""


def needed(dataset: Dataset) -> str:
    """Return what a model must give for a dataset, as the end of a sentence."""
    return NEEDED[dataset.problem].format(classes=len(dataset.classes))


def check_answers(answers: np.ndarray, dataset: Dataset) -> None:
    """Check that what a model gave are answers of the dataset's kind of problem.

    Args:
        answers: Out of `answers_of`.
        dataset: The dataset.

    Raises:
        ModelError: They are not; the sentence says what the model must end with.
    """
    import numpy as np

    faults = {
        "binary": (
            ((answers >= 0) & (answers <= 1)).all(),
            "some of its outputs are no probabilities: it must end with a sigmoid.",
        ),
        "multiclass": (
            (answers >= 0).all() and (np.abs(answers.sum(axis=-1) - 1) <= SUM_TOLERANCE).all(),
            "some of its outputs are no probabilities that sum to 1: it must end with a softmax.",
        ),
        "regression": (np.isfinite(answers).all(), "some of its outputs are NaN or infinite."),
    }
    fits, fault = faults[dataset.problem]
    if not fits:
        raise ModelError(fault)


def answers_of(outputs: np.ndarray) -> np.ndarray:
    """Return a model's outputs as answers: of shape (rows,) where there is one for each row, else (rows, classes).

    Args:
        outputs: Of shape (rows,), (rows, 1) or (rows, classes).
    """
    return outputs[:, 0] if outputs.ndim == 2 and outputs.shape[1] == 1 else outputs


def shown(shape: Any) -> str:
    """Return the shape of what a model takes or gives for people.

    Args:
        shape: A tuple whose first number is ``None`` for any number of rows; several of them in a list or dictionary.
    """
    if not isinstance(shape, tuple):
        return f"{len(shape)} arrays"
    return f"an array of shape ({', '.join('rows' if size is None else str(size) for size in shape)})"
