"""Scores a trial's rows in one process, with a PyTorch model that was trained there or is loaded from its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.networks import files
from strategies.lib.torch import model as model_file
from strategies.lib.torch import network, work
from strategies.lib.torch.folding import folded

if TYPE_CHECKING:
    import numpy as np

    from bench import Trial

ROWS_AT_ONCE = 4096  # of which the hidden layers' outputs stay in a core's cache; a GPU takes all rows at once


def scorer(torch: Any, model: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that scores batches of any number of rows.

    Args:
        torch: The module ``torch``.
        model: A module, on its device.

    Returns:
        Takes float32 of shape (rows, features), and returns float32 of shape (rows,), or (rows, classes).
    """
    device = network.device(torch)

    def score(features: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            rows = torch.from_numpy(features).to(device)
            parts = rows.split(len(rows) if rows.is_cuda else ROWS_AT_ONCE)
            answers: np.ndarray = torch.cat([model(part).float() for part in parts]).cpu().numpy()
        return answers[:, 0] if answers.ndim == 2 and answers.shape[1] == 1 else answers

    return score


def score(torch: Any, trial: Trial, model: Any) -> Path:
    """Score batch by batch, write the scores, and return the path of their file.

    Args:
        torch: The module ``torch``.
        trial: The trial.
        model: In a train trial the model that was trained, in a predict trial the path of one.
    """
    import numpy as np

    if trial.model is None:
        scores = rows.write_scores(trial, scorer(torch, model.eval()))
        with trial.phase("describe"):
            work.measure(torch, trial, model)
        if trial.save_to:
            with trial.phase("save"):
                model_file.save(model, trial.save_to, len(trial.dataset.features))
        return scores
    trial.note("model_framework", files.TORCH)
    with trial.phase("load"):
        predict = scorer(torch, folded(model_file.load(model)))
    with trial.phase("compile"):
        predict(np.zeros((1, len(trial.dataset.features)), np.float32))
    return rows.write_scores(trial, predict)
