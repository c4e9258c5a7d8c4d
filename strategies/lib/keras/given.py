"""A Keras model that a user's function returned: the layers around it that make it a network of its family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strategies.lib.keras import heads, inputs
from strategies.lib.keras import model as model_file
from strategies.lib.networks import source
from strategies.lib.networks.answers import ModelError, answers_of
from strategies.lib.networks.errors import NetworkError, name_of, reason
from strategies.lib.networks.framework import Framework, own_model
from strategies.lib.networks.inputs import inputs_of

if TYPE_CHECKING:
    import numpy as np

    from bench import Trial


class Keras(Framework):
    """Legacy Keras, which all TensorFlow strategies train with; see `network.import_tensorflow`."""

    name = "keras"
    base = "tf_keras.src.engine.training.Model"
    near_misses = {  # noqa: RUF012 - nobody changes it
        "keras.src.models.model.Model": (
            "a model of Keras 3: import it from TensorFlow (`from tensorflow import keras`), whose Keras here is the "
            "legacy one, since Keras 3 cannot train under all strategies"
        )
    }

    def build(self, trial: Trial) -> Any:
        """Return the model with the layers around it; see `Framework.build`.

        Before it stand the layers that standardise, and that embed categories where the function knows only how many
        inputs there are. Behind it, a number is brought into the label's own unit.
        """
        import tensorflow as tf

        if trial.network is None:
            raise AssertionError("there is no network to build")
        name, dataset = name_of(trial), trial.dataset
        entry = tf.keras.Input((len(dataset.features),), name="features")
        function = source.function_of(trial.network, self.name)
        alone = source.takes_number_alone(function)
        first = inputs.layers(tf, dataset, trial.seed)[-1] if alone else inputs.standardise_numbers(tf, dataset)
        rows = first(entry)
        returned = source.call(trial.network, function, int(rows.shape[-1]) if alone else inputs_of(dataset))
        inner = own_model(returned, trial.network, self)
        try:
            answers = inner(rows)
        except Exception as error:
            raise NetworkError(f"{name} does not take rows of {rows.shape[-1]} numbers ({reason(error)}).") from error
        if isinstance(answers, list | tuple | dict):
            raise NetworkError(f"{name} gives {len(answers)} outputs, and one is needed.")
        if answers.shape.rank == 1:
            answers = tf.keras.layers.Reshape((1,))(answers)
        for layer in heads.unit(tf, dataset):
            answers = layer(answers)
        model = tf.keras.Model(entry, answers)
        try:
            model_file.check(model, dataset)
        except ModelError as error:
            raise NetworkError(f"{name} does not fit the dataset: {error}") from error
        return model

    def set_seed(self, number: int) -> None:
        """Set the seeds of Python, NumPy and TensorFlow."""
        import tensorflow as tf

        tf.keras.utils.set_random_seed(number)

    def weights(self, model: Any) -> list[np.ndarray]:
        """Return all weights; see `Framework.weights`."""
        return list(model.get_weights())

    def answers(self, model: Any, rows: np.ndarray) -> np.ndarray:
        """Return a model's answers; see `Framework.answers`."""
        return answers_of(model(rows, training=False).numpy())

    def optimiser(self, trial: Trial, model: Any, steps: int) -> Any:
        """Return what the file's ``optimizer(steps)`` returns; see `Framework.optimiser`."""
        import tensorflow as tf

        del model
        if trial.network is None:
            return None
        returned = source.call_optimizer(trial.network, steps)
        if returned is None or isinstance(returned, tf.keras.optimizers.Optimizer):
            return returned
        raise NetworkError(
            f"{source.optimizer_name(trial.network)} returns {type(returned).__name__}, and must return an optimiser "
            "of tf.keras.optimizers, not of its `legacy`."
        )

    def structure(self, model: Any) -> Any:
        """Return the layers' settings, with their names replaced by numbers; see `Framework.structure`.

        Of a model of the user's own class Keras knows the weights only.
        """
        import tensorflow as tf

        inner = [layer for layer in model.layers if isinstance(layer, tf.keras.Model) and layer.name != "inputs"]
        try:
            found = [_nameless(layer.get_config(), {}) for layer in inner]
        except NotImplementedError:
            found = []
        return [found, [[weight.shape.as_list(), weight.trainable] for weight in model.weights]]


def _nameless(config: Any, numbers: dict[str, str]) -> Any:
    """Return a configuration in which each name of a layer is replaced by the place where it comes first."""
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            numbers.setdefault(config["name"], f"#{len(numbers)}")
        return {key: _nameless(value, numbers) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [_nameless(value, numbers) for value in config]
    return numbers.get(config, config) if isinstance(config, str) else config


KERAS = Keras()
