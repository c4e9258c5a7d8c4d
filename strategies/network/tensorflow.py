"""TensorFlow in one process: Keras fit on tf.data from Parquet, on the CPU or a GPU.

The whole train split is read into one float32 matrix, and batches of shuffled indices are gathered from it.

Knobs: as many threads inside operations and between them as there are cores; 32 steps in one call
(``steps_per_execution``); no ``jit_compile``, which gains nothing at this size on a CPU; on a GPU memory growth, and
no mixed precision, since tabular layers are too small to gain from it. Scoring runs one compiled function on
batches of 64 Ki rows, with batch normalisation folded into the weights before it (1.4 times the rows for each CPU
second).

TensorFlow's own guide recommends one process until the data or the model is too large for it:
https://www.tensorflow.org/guide/distributed_training
"""

from bench import Skip, Strategy, hookimpl, rows
from strategies.lib.keras import heads, inputs, network
from strategies.lib.keras.given import KERAS
from strategies.lib.keras.scoring import score
from strategies.lib.keras.training import fit
from strategies.lib.networks import files
from strategies.lib.networks.framework import examine


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("tensorflow", "tf_keras", "pyarrow"),
        install="tf-spark-bench[tensorflow]",
        scores="reference",
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=inputs.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="data that fits in one machine's memory; tf.distribute only beyond that",
    )


@hookimpl
def bench_setup(trial):
    if trial.model is not None and files.framework_of(trial.model) != files.KERAS:
        raise Skip("It scores with Keras models, and this one is PyTorch's: take `torch`, or a way of Spark.")
    rows.import_libraries(trial.threads_per_worker)
    tf = network.import_tensorflow(trial.threads_per_worker)
    trial.note("device", network.device(tf))
    examine(trial, KERAS)
    return tf


@hookimpl
def bench_train(trial, session):
    tf = session
    with trial.phase("load"):
        features, labels, weights = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
    return fit(tf, trial, features, labels, weights)


@hookimpl
def bench_predict(trial, session, model):
    return score(session, trial, model)
