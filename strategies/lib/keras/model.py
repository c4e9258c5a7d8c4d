"""Loads a Keras model, whichever Keras wrote it, and turns it into the function that scores fastest."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import width
from strategies.lib.keras.folding import folded
from strategies.lib.networks.answers import ModelError, answers_of, needed, shown

if TYPE_CHECKING:
    import numpy as np

    from bench import Dataset


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
        library = _library(path)
        with _safe_mode(library.__name__):
            return library.models.load_model(path, compile=False)
    except ModelError:
        raise
    except Exception as error:
        if "lambda" in str(error).lower():
            raise ModelError(
                "it has a Lambda layer, whose Python code would run here: build the network without one, or give it as "
                "a SavedModel's directory."
            ) from error
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


@contextmanager
def _safe_mode(library: str) -> Iterator[None]:
    """Have Python code in a model refused; Keras 3 does so, and legacy Keras runs that of an ``.h5`` file."""
    if library == "keras":
        yield
        return
    from tf_keras.src.saving.serialization_lib import SafeModeScope

    with SafeModeScope(safe_mode=True):
        yield


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
        raise ModelError(f"it takes {shown(takes)}, and the dataset has {features} features for each row.")
    if not isinstance(gives, tuple) or gives[1:] not in ([(classes,)] if classes else [(), (1,)]):
        raise ModelError(f"it gives {shown(gives)}, and {needed(dataset)}.")


def compiled(model: Any, features: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that scores batches of any number of rows, compiled once for all of them.

    Batch normalisation is folded into weights (`folding`).

    Args:
        model: Out of `load`, or trained.
        features: Number of features.

    Returns:
        Takes float32 of shape (rows, features), an array or a tensor, and returns float32 of shape (rows,), or
        (rows, classes).
    """
    import tensorflow as tf

    fast, signature = folded(model), [tf.TensorSpec((None, features), tf.float32)]
    # The cast is for models that compute in another precision.
    function = tf.function(lambda rows: tf.cast(fast(rows, training=False), tf.float32), input_signature=signature)
    return lambda rows: answers_of(function(rows).numpy())


def by_predict(model: Any, features: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a scoring function by ``model.predict``, which sets up a data pipeline and callbacks at each call.

    Args:
        model: Out of `load`, or trained.
        features: Number of features.
    """
    return lambda rows: answers_of(model.predict(rows, verbose=0).astype("float32"))
