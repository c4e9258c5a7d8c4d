"""The reference model of a dataset, trained by Keras or the user's, of Keras or PyTorch; and a plain way to score.

The harness reads the rows and writes the scores (`bench.trial.reference_maker`, in a process of its own); this is its
only way to a framework, by the name of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategies.lib.keras import reference as keras_reference
from strategies.lib.keras.reference import train
from strategies.lib.networks.answers import ModelError, answers_of, check_answers
from strategies.lib.networks.files import TORCH, framework_of
from strategies.lib.torch import model as torch_model
from strategies.lib.torch import network

if TYPE_CHECKING:
    import numpy as np

    from bench import Dataset

__all__ = ["ModelError", "load", "train"]


def load(path: Path, dataset: Dataset, threads: int) -> Callable[[Any], np.ndarray]:
    """Load a model, and return a function that scores rows by calling it.

    Args:
        path: The model's file or directory.
        dataset: The dataset.
        threads: Threads for the framework.

    Returns:
        Takes float32 of shape (rows, features), and returns float32 of shape (rows,), or (rows, classes); raises
        `ModelError` where the model gives no answers of the dataset's kind of problem.

    Raises:
        ModelError: It does not load, does not fit the dataset, or its framework is not here.
    """
    if framework_of(path) != TORCH:
        return keras_reference.load(path, dataset, threads)
    if torch_model.is_missing():
        raise ModelError(torch_model.ABSENT)
    torch = network.import_torch(threads)
    model = torch_model.load(path)
    torch_model.check(model, dataset)

    def score(rows: Any) -> np.ndarray:
        with torch.inference_mode():
            answers = answers_of(model(torch.tensor(rows, device=network.device(torch))).float().cpu().numpy())
        check_answers(answers, dataset)
        return answers

    return score
