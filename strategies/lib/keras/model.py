"""Loads a Keras model, whichever Keras wrote it, and turns it into the function that scores fastest."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import width

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


def load(path: Path) -> Any:
    """Load a model: ``.keras`` or ``.h5`` of Keras 3 or of legacy Keras, or a SavedModel's directory.

    Args:
        path: The file or directory.

    Returns:
        A Keras model, not compiled.

    Raises:
        ModelError: It cannot be loaded.
    """
    try:
        if path.is_dir():
            return _saved_model(path)
        return _library(path).models.load_model(path, compile=False)
    except ModelError:
        raise
    except Exception as error:
        # A file that is no model, or needs classes that are not here, makes the loader raise anything.
        raise ModelError(f"it does not load as a Keras model ({' '.join(str(error).split())[:200]}).") from error


def save(model: Any, directory: Path) -> None:
    """Save a model so that `load` reads it, by code that knows nothing of the user's classes, if it has any.

    Args:
        model: The model.
        directory: Directory for it, which is made.
    """
    import tensorflow as tf

    directory.mkdir()
    file = directory / "model.keras"
    model.save(file)
    try:
        load(file)
    except ModelError:
        file.unlink()
        tf.saved_model.save(model, str(directory / "model"))


def _library(path: Path) -> Any:
    """Return the Keras that wrote a file: neither of the two reads the other's files."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
    else:
        import h5py

        with h5py.File(path) as file:
            version = file.attrs["keras_version"]
    if str(version).startswith("3"):
        import keras
    else:
        import tf_keras as keras
    return keras


def _saved_model(path: Path) -> Any:
    """Return a model around the function by which a SavedModel is served."""
    import tensorflow as tf
    import tf_keras

    loaded = tf.saved_model.load(str(path))
    if (outputs := len(loaded.signatures["serving_default"].structured_outputs)) != 1:
        raise ModelError(f"it gives {outputs} outputs, and one is needed.")
    ((name, spec),) = loaded.signatures["serving_default"].structured_input_signature[1].items()
    inputs = tf_keras.Input(spec.shape[1:], dtype=spec.dtype)
    # The lambda holds the loaded object: the function alone would lose its variables.
    score = tf_keras.layers.Lambda(
        lambda rows: next(iter(loaded.signatures["serving_default"](**{name: rows}).values()))
    )
    return tf_keras.Model(inputs, score(inputs))


def check(model: Any, dataset: Dataset) -> None:
    """Check that a model takes one matrix of a dataset's features and gives answers of its kind of problem.

    Args:
        model: The model.
        dataset: The dataset.

    Raises:
        ModelError: It does not; the sentence names the shapes.
    """
    takes, gives, features, classes = model.input_shape, model.output_shape, len(dataset.features), width(dataset)
    if not isinstance(takes, tuple) or takes[1:] != (features,):
        raise ModelError(f"it takes {_shown(takes)}, and the dataset has {features} features for each row.")
    if not isinstance(gives, tuple) or gives[1:] not in ([(classes,)] if classes else [(), (1,)]):
        needed = NEEDED[dataset.problem].format(classes=classes)
        raise ModelError(f"it gives {_shown(gives)}, and {needed}.")


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


def _shown(shape: Any) -> str:
    if not isinstance(shape, tuple):
        return f"{len(shape)} arrays"
    return f"an array of shape ({', '.join('rows' if size is None else str(size) for size in shape)})"


def compiled(model: Any, features: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that scores batches of any number of rows, compiled once for all of them.

    Args:
        model: Out of `load`, or trained.
        features: Number of features.

    Returns:
        Takes float32 of shape (rows, features), an array or a tensor, and returns float32 of shape (rows,), or
        (rows, classes).
    """
    import tensorflow as tf

    signature = [tf.TensorSpec((None, features), tf.float32)]
    # The cast is for models that compute in another precision.
    function = tf.function(lambda rows: tf.cast(model(rows, training=False), tf.float32), input_signature=signature)
    return lambda rows: answers_of(function(rows).numpy())


def by_predict(model: Any, features: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a scoring function by ``model.predict``, which sets up a data pipeline and callbacks at each call.

    Args:
        model: Out of `load`, or trained.
        features: Number of features.
    """
    return lambda rows: answers_of(model.predict(rows, verbose=0).astype("float32"))
