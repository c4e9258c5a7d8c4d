"""TensorFlow in one process: Keras fit on tf.data from Parquet, on the CPU or a GPU.

The whole train split is read into one float32 matrix, and batches of shuffled indices are gathered from it.

Knobs: as many threads inside operations and between them as there are cores; 32 steps in one call
(``steps_per_execution``); no ``jit_compile``, which gains nothing at this size on a CPU; on a GPU memory growth, and
no mixed precision, since tabular layers are too small to gain from it. Scoring runs one compiled function on
batches of 64 Ki rows.

TensorFlow's own guide recommends one process until the data or the model is too large for it:
https://www.tensorflow.org/guide/distributed_training
"""

from bench import Strategy, hookimpl
from strategies import _keras, _model, _parquet, _scores


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("tensorflow", "tf_keras", "pyarrow"),
        install="tf-spark-bench[tensorflow]",
        scores="reference",
        recommended="data that fits in one machine's memory; tf.distribute only beyond that",
    )


@hookimpl
def bench_setup(trial):
    _parquet.start(trial.threads_per_worker)
    tf = _keras.start(trial.threads_per_worker)
    trial.note("device", _keras.device(tf))
    return tf


@hookimpl
def bench_train(trial, session):
    tf = session
    with trial.phase("load"):
        groups = _parquet.row_groups(trial.dataset, "train")
        features, labels = _parquet.read_matrix(trial.dataset, groups, trial.threads_per_worker)
    return fit(tf, trial, features, labels)


def fit(tf, trial, features, labels, strategy=None):
    """Train the MLP on a matrix and return it.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        features: float32 of shape (rows, features), raw.
        labels: float32 of shape (rows,).
        strategy: The ``tf.distribute.Strategy`` to train under; the default one where none is given.
    """
    tf.keras.utils.set_random_seed(trial.seed)
    with (strategy or tf.distribute.get_strategy()).scope():
        model = _keras.mlp(tf, trial.dataset, trial.seed)
        _keras.compile_mlp(tf, model, trial.learning_rate)
    batches, steps = _keras.train_batches(tf, features, labels, trial)
    model.fit(batches, epochs=trial.epochs, steps_per_epoch=steps, verbose=0)
    return model


@hookimpl
def bench_predict(trial, session, model):
    tf, width = session, len(trial.dataset.features)
    if trial.task == "predict":
        with trial.phase("load"):
            model = _model.load(model)
    with trial.phase("compile"):
        score = _model.compiled(model, width)
        score(tf.zeros((1, width)))
    return _scores.write(
        trial, trial.scratch / "predictions.parquet", lambda features: score(_keras.in_place(tf, features))
    )
