"""Scores a trial's rows in one process, with a model that was trained there or is loaded from its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import rows
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network, work
from strategies.lib.networks import files

if TYPE_CHECKING:
    from bench import Trial


def score(tf: Any, trial: Trial, model: Any, *, sparse_as_dense: bool = False) -> Path:
    """Score batch by batch with one compiled function, write the scores, and return the path of their file.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        model: In a train trial the Keras model that was trained, in a predict trial the path of one.
        sparse_as_dense: Whether all workers add up gradients of embeddings as whole tables.
    """
    width = len(trial.dataset.features)
    if trial.model is not None:
        trial.note("model_framework", files.KERAS)
        with trial.phase("load"):
            model = model_file.load(model)
    with trial.phase("compile"):
        predict = model_file.compiled(model, width)
        predict(tf.zeros((1, width)))
    scores = rows.write_scores(trial, lambda features: predict(network.in_place(tf, features)))
    if trial.model is None:
        with trial.phase("describe"):
            work.measure(tf, trial, model, sparse_as_dense=sparse_as_dense)
    if trial.save_to:
        with trial.phase("save"):
            model_file.save(model, trial.save_to)
    return scores
