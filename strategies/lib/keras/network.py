"""The network that every TensorFlow strategy trains, the MLP or a given one, and how rows get to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategies.lib.keras import given, heads, inputs

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

    from bench import Dataset, Trial

STEPS_PER_EXECUTION = 32
# Multiplications of weights in one call: of the MLP, 32 steps with 1,024 rows. A rank is heard after each call only.
WORK_PER_EXECUTION = 2**31
LAYERS = ((256, 0.3), (128, 0.2), (64, 0.0))  # units of each hidden layer, and the share dropped after it


def import_tensorflow(threads: int) -> Any:
    """Import TensorFlow with legacy Keras and set it up for this process, before anything of it runs.

    Keras 3 cannot train under ``MultiWorkerMirroredStrategy`` (keras-team/keras#20585), so that all strategies of
    this family use the same legacy Keras, single-process ones included.

    Args:
        threads: Threads for work inside an operation; left alone, TensorFlow takes every core of the machine.

    Returns:
        The module ``tensorflow``.
    """
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    # Imported here: the first use of tf.keras would import it, and that would count as training.
    import tf_keras  # noqa: F401

    # A user's keras.json may have others, and so would train another network.
    tf.keras.backend.set_floatx("float32")
    tf.keras.backend.set_epsilon(1e-7)
    tf.keras.backend.set_image_data_format("channels_last")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    for gpu in tf.config.list_physical_devices("GPU"):
        # By default TensorFlow takes all of the GPU's memory at once, and the next process finds none.
        tf.config.experimental.set_memory_growth(gpu, True)
    return tf


def keep_modules_in(scratch: Path) -> None:
    """Let what AutoGraph compiles go to a directory that is removed with the trial, and not to the user's own.

    Args:
        scratch: The trial's; where this host has none, it is the working directory, which an executor removes.
    """
    directory = scratch if scratch.is_dir() else Path.cwd()
    if os.access(directory, os.W_OK):
        tempfile.tempdir = str(directory)


def device(tf: Any) -> str:
    """Return the kind of the device that the model runs on, ``GPU`` or ``CPU``.

    Args:
        tf: The module ``tensorflow``.
    """
    return "GPU" if tf.config.list_physical_devices("GPU") else "CPU"


def build(tf: Any, trial: Trial) -> tf.keras.Model:
    """Return the network of a trial, which takes raw features: the one that it is given, or else the MLP.

    Args:
        tf: The module ``tensorflow``.
        trial: Gives the network, the dataset and the seed. A given network also draws from Keras' global seed.
    """
    return given.KERAS.build(trial) if trial.network else mlp(tf, trial.dataset, trial.seed)


def optimiser(tf: Any, trial: Trial, model: tf.keras.Model, steps: int) -> Any:
    """Return the optimiser of a trial: that of the given network's file, or else Adam.

    Args:
        tf: The module ``tensorflow``.
        trial: Gives the network, and Adam's step size.
        model: The model.
        steps: Steps of the whole training.
    """
    own = given.KERAS.optimiser(trial, model, steps)
    return tf.keras.optimizers.Adam(trial.learning_rate) if own is None else own


def steps_per_execution(model: tf.keras.Model, trial: Trial) -> int:
    """Return how many steps run in one call; fewer of a given network that is larger than the MLP.

    Args:
        model: The model.
        trial: Says whether it is a given one, and how many rows a step has.
    """
    if trial.network is None:
        return STEPS_PER_EXECUTION
    work = trial.batch_size * max(1, sum(int(weight.shape.num_elements()) for weight in model.trainable_weights))
    return max(1, min(STEPS_PER_EXECUTION, WORK_PER_EXECUTION // work))


def mlp(tf: Any, dataset: Dataset, seed: int) -> tf.keras.Model:
    """Build the MLP 256-128-64 with batch normalisation, dropout .3 and .2, and the head of the kind of problem.

    It takes raw features, by `inputs.layers`, so that a saved model needs nothing beside it. The same seed gives the
    same initial weights, whatever was drawn before.

    Args:
        tf: The module ``tensorflow``.
        dataset: Gives the features, their means and standard deviations, which are categories, and what `heads.layers`
            needs.
        seed: Seed of the initial weights.
    """
    keras = tf.keras
    model = keras.Sequential(inputs.layers(tf, dataset, seed))
    for index, (units, dropped) in enumerate(LAYERS):
        # Batch normalisation has a bias of its own.
        kernel = keras.initializers.HeUniform(seed=seed + index)
        model.add(keras.layers.Dense(units, use_bias=False, kernel_initializer=kernel))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
        if dropped:
            model.add(keras.layers.Dropout(dropped, seed=seed + index))
    kernel = keras.initializers.GlorotUniform(seed=seed + len(LAYERS))
    for layer in heads.layers(tf, dataset, kernel):
        model.add(layer)
    return model


def compile_network(
    tf: Any,
    model: tf.keras.Model,
    dataset: Dataset,
    optimiser: Any,
    wrap: Callable[[Any], Any] | None = None,
    steps: int = STEPS_PER_EXECUTION,
) -> None:
    """Compile a model with an optimiser and the loss of the kind of problem.

    32 steps run in one call, because a step of the MLP takes about as long as the way through Python
    (on two cores, 839,000 rows/s became 1,341,000); more gains nothing, and Ctrl-C would wait for them.

    Args:
        tf: The module ``tensorflow``.
        model: The model.
        dataset: Gives what `heads.loss` needs.
        optimiser: The optimiser of one process.
        wrap: Returns the optimiser to use in place of the one that it is given.
        steps: Steps in one call.
    """
    optimiser = wrap(optimiser) if wrap else optimiser
    model.compile(optimiser, heads.loss(tf, dataset), steps_per_execution=steps)
    # Horovod needs it built, and building it moves the sequence of seeds that dropout draws from: so all build it.
    optimiser.build(model.trainable_variables)


def train_batches(
    tf: Any, features: np.ndarray, labels: np.ndarray, weights: np.ndarray | None, trial: Trial
) -> tuple[tf.data.Dataset, int]:
    """Return the batches of all epochs, one after the other, and the number of batches in each epoch.

    Only whole batches count: a short last one would weigh as much as the others. Each epoch has an order of its own,
    so that other rows are left out; their number is noted. Batches of shuffled *indices* are gathered from the
    matrix, which is 14 times as fast as shuffling and batching rows (5.6 against 0.40 M rows/s, one thread, 16
    features).

    Args:
        tf: The module ``tensorflow``.
        features: float32 of shape (rows, features).
        labels: float32 of shape (rows,).
        weights: float32 of shape (rows,); None where all rows weigh the same. They are divided by their mean over the
            whole train split, since Adam heeds no tiny gradient; a batch's loss is divided by its rows, as without
            weights: all ranks together do what one does.
        trial: Gives epochs, batch size, seed and threads.
    """
    rows, size = len(features), min(trial.batch_size, len(features))
    steps = rows // size
    trial.measure("rows_dropped_per_epoch", rows - steps * size)
    x, y, w = in_place(tf, features), in_place(tf, labels), None if weights is None else in_place(tf, weights)

    def order(epoch):
        # Stateless, because Keras may start the dataset anew for each epoch, and with it a stateful generator.
        indices = tf.random.experimental.stateless_shuffle(tf.range(rows), seed=(trial.seed, epoch))
        return tf.data.Dataset.from_tensor_slices(tf.reshape(indices[: steps * size], (steps, size)))

    def gather(indices):
        rows = tf.gather(x, indices), tf.gather(y, indices)
        return rows if w is None else (*rows, tf.gather(w, indices) / trial.dataset.weight_mean)

    data = tf.data.Dataset.range(trial.epochs).flat_map(order).map(gather)
    options = tf.data.Options()
    options.threading.private_threadpool_size = trial.threads_per_worker
    # Without the number of batches, Keras refuses to run several steps in one call.
    data = data.apply(tf.data.experimental.assert_cardinality(trial.epochs * steps))
    return data.prefetch(2).with_options(options), steps


def in_place(tf: Any, array: np.ndarray) -> tf.Tensor:
    """Return a tensor on the CPU, over the array's own memory; ``tf.constant`` would copy it.

    Args:
        tf: The module ``tensorflow``.
        array: float32 in C order at a multiple of 64 bytes, as `bench.rows` gives it: TensorFlow aborts otherwise.
    """
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())
