"""Lloyd's algorithm in one function of TensorFlow's, on rows in memory, on the CPU or a GPU.

TensorFlow has no k-means of its own any more: it went with ``tf.estimator`` in 2.16. A step is two matrix products for
each block of rows: with the centres, for the nearest of them, and of marks of the rows' clusters with the rows, for
sums.

Knobs: all steps in one call of a compiled graph (``tf.function``); blocks of rows that fit the processor's cache with
their distances, and sums over blocks in float64; as many threads inside operations as there are cores; on a GPU memory
growth. A cluster that loses all its rows keeps its centre.

TensorFlow's guide has ``tf.function`` for what is called with the same shapes again and again:
https://www.tensorflow.org/guide/function
"""

from bench import Strategy, hookimpl, rows
from strategies.lib.clustering.standard import initial_centres, rows_at_once, standardise
from strategies.lib.keras import network


@hookimpl
def bench_strategy():
    return Strategy(
        family="kmeans",
        needs=("tensorflow", "tf_keras", "pyarrow"),
        install="tf-spark-bench[tensorflow]",
        tasks=("cluster",),
        recommended="a step of a graph that TensorFlow runs anyway, or a GPU",
    )


@hookimpl
def bench_setup(trial):
    rows.import_libraries(trial.threads_per_worker)
    tf = network.import_tensorflow(trial.threads_per_worker)
    trial.note("device", network.device(tf))
    return tf


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        features = standardise(rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)[0], trial.dataset)
    return lloyd(session, features, initial_centres(trial), trial.iterations)


def lloyd(tf, features, centres, iterations):
    """Return the centres after steps of Lloyd's algorithm, float32 of shape (clusters, features).

    Args:
        tf: The module ``tensorflow``.
        features: Standardised, float32 of shape (rows, features).
        centres: To begin with, float32 of shape (clusters, features).
        iterations: Number of steps.
    """
    step = rows_at_once(*centres.shape)

    @tf.function
    def steps(points, centres):
        clusters, width = centres.shape
        for _ in tf.range(iterations):
            sums = tf.zeros((clusters, width), tf.float64)
            counts = tf.zeros(clusters, tf.float64)
            lengths = tf.reduce_sum(centres * centres, axis=1)
            for start in tf.range(0, len(features), step):
                block = points[start : start + step]
                nearest = tf.argmin(lengths - 2 * tf.matmul(block, centres, transpose_b=True), axis=1)
                marks = tf.one_hot(nearest, clusters)
                sums += tf.cast(tf.matmul(marks, block, transpose_a=True), tf.float64)
                counts += tf.cast(tf.reduce_sum(marks, axis=0), tf.float64)
            means = tf.cast(sums / tf.maximum(counts, 1)[:, None], tf.float32)
            centres = tf.where(counts[:, None] > 0, means, centres)
        return centres

    return steps(tf.convert_to_tensor(features), tf.constant(centres)).numpy()
