"""Trains the network in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strategies.lib.keras import network

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

    from bench import Trial


def fit(
    tf: Any,
    trial: Trial,
    features: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray | None = None,
    strategy: Any = None,
) -> tf.keras.Model:
    """Train the network on a matrix and return it.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        features: float32 of shape (rows, features), raw.
        labels: float32 of shape (rows,).
        weights: float32 of shape (rows,); None where all rows weigh the same.
        strategy: The ``tf.distribute.Strategy`` to train under; TensorFlow's default one where none is given.
    """
    tf.keras.utils.set_random_seed(trial.seed)
    steps = trial.epochs * (len(features) // min(trial.batch_size, len(features)))
    with (strategy or tf.distribute.get_strategy()).scope():
        model = network.build(tf, trial)
        steps_at_once = network.steps_per_execution(model, trial)
        optimiser = network.optimiser(tf, trial, model, steps)
        network.compile_network(tf, model, trial.dataset, optimiser, steps=steps_at_once)
    batches, steps_of_epoch = network.train_batches(tf, features, labels, weights, trial)
    model.fit(batches, epochs=trial.epochs, steps_per_epoch=steps_of_epoch, verbose=0)
    return model
