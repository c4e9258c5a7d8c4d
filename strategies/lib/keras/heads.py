"""The last layers of the network and its loss, for each kind of problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

    from bench import Dataset

PROBLEMS = ("binary", "multiclass", "regression")


def layers(tf: Any, dataset: Dataset, kernel: tf.keras.initializers.Initializer) -> list[tf.keras.layers.Layer]:
    """Return the layers behind the hidden ones.

    A sigmoid gives the probability of label 1, a softmax those of all classes. A number leaves in the label's own unit,
    by a fixed layer that undoes the standardisation, so that a saved model needs nothing beside it.

    Args:
        tf: The module ``tensorflow``.
        dataset: Gives the kind of problem, the classes, and the label's mean and standard deviation.
        kernel: Gives the initial weights.
    """
    keras = tf.keras

    def dense(units: int, activation: str | None = None) -> tf.keras.layers.Layer:
        return keras.layers.Dense(units, activation=activation, kernel_initializer=kernel, name="score")

    found: dict[str, Callable[[], list[tf.keras.layers.Layer]]] = {
        "binary": lambda: [dense(1, "sigmoid")],
        "multiclass": lambda: [dense(len(dataset.classes), "softmax")],
        "regression": lambda: [dense(1)],
    }
    return [*found[dataset.problem](), *unit(tf, dataset)]


def unit(tf: Any, dataset: Dataset) -> list[tf.keras.layers.Layer]:
    """Return the fixed layer that undoes the standardisation of the label; none where it is a class.

    Args:
        tf: The module ``tensorflow``.
        dataset: Gives the kind of problem, and the label's mean and standard deviation.
    """
    standardised = {"binary": False, "multiclass": False, "regression": True}[dataset.problem]
    return [tf.keras.layers.Rescaling(dataset.label_std, dataset.label_mean, name="unit")] if standardised else []


def loss(tf: Any, dataset: Dataset) -> Any:
    """Return the loss as ``compile`` takes it: cross-entropy of classes, the squared error of a number.

    The error of a number is in standard deviations of the label. With ``prediction = mean + std * output`` it is
    ``output - (label - mean) / std``: the loss of `output` against the standardised label, and so are its gradients.

    Args:
        tf: The module ``tensorflow``.
        dataset: Gives the kind of problem, and the label's standard deviation.
    """

    def squared_error(labels: tf.Tensor, predictions: tf.Tensor) -> tf.Tensor:
        return tf.keras.losses.mean_squared_error(labels / dataset.label_std, predictions / dataset.label_std)

    return {
        "binary": "binary_crossentropy",
        "multiclass": "sparse_categorical_crossentropy",
        "regression": squared_error,
    }[dataset.problem]
