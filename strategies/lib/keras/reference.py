"""The reference model of a dataset in Keras: trained, or the user's; and the plainest correct way to score with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategies.lib.keras import model as model_file
from strategies.lib.keras import network
from strategies.lib.networks.answers import ModelError, answers_of, check_answers

if TYPE_CHECKING:
    import numpy as np

    from bench import Dataset

__all__ = ["ModelError", "load", "train"]

NAME = "model.keras"
EPOCHS, BATCH_SIZE, LEARNING_RATE, SEED = 2, 1024, 1e-3, 0


def train(dataset: Dataset, parts: Iterable[tuple[np.ndarray, np.ndarray]], directory: Path, threads: int) -> Path:
    """Train the MLP for a few epochs, by Keras' own ``fit`` on arrays, and return the path of its file.

    Args:
        dataset: The dataset.
        parts: Labels and features of the rows to train on.
        directory: Directory for the file.
        threads: Threads for TensorFlow.
    """
    import numpy as np

    tf = network.import_tensorflow(threads)
    tf.keras.utils.set_random_seed(SEED)
    held = list(parts)
    features = np.concatenate([features for _, features in held])
    labels = np.concatenate([labels for labels, _ in held])
    model = network.mlp(tf, dataset, SEED)
    network.compile_network(tf, model, dataset, tf.keras.optimizers.Adam(LEARNING_RATE))
    model.fit(features, labels, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    model.save(directory / NAME)
    return directory / NAME


def load(path: Path, dataset: Dataset, threads: int) -> Callable[[Any], np.ndarray]:
    """Load a model, and return a function that scores rows by calling it.

    Args:
        path: The model's file or directory.
        dataset: The dataset.
        threads: Threads for TensorFlow.

    Returns:
        Takes float32 of shape (rows, features), and returns float32 of shape (rows,), or (rows, classes); raises
        `ModelError` where the model gives no answers of the dataset's kind of problem.

    Raises:
        ModelError: It does not load, or does not fit the dataset.
    """
    network.import_tensorflow(threads)
    model = model_file.load(path)
    model_file.check(model, dataset)

    def score(rows: Any) -> np.ndarray:
        answers = answers_of(model(rows, training=False).numpy())
        check_answers(answers, dataset)
        return answers

    return score
