"""tf.distribute.MirroredStrategy: one process, a replica of the model on each GPU, or on parts of the CPU.

Each global batch is divided among the replicas, and their gradients are averaged. Workers are replicas: of as many
GPUs, or, where there is none, of logical CPU devices, which share the process's threads: no faster than one, but the
same program, to be tried out without GPUs.

Knobs: the whole train split is one matrix and a batch is divided on its way to the devices; 32 steps in one call; as
many threads as there are cores, for all replicas together. Batch normalisation uses each replica's own part of a
batch, as is usual from 32 rows on (Goyal et al., 2017, https://arxiv.org/abs/1706.02677), and its moving averages
are averaged. The global batch does not grow with the replicas, so the learning rate does not either.

TensorFlow's guide recommends it for several GPUs on one machine:
https://www.tensorflow.org/guide/distributed_training#mirroredstrategy
"""

from dataclasses import replace

from bench import Skip, Strategy, hookimpl, rows, scaling
from strategies.lib.keras import heads, inputs, network, scoring, training
from strategies.lib.keras.given import KERAS
from strategies.lib.networks.framework import examine


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("tensorflow", "tf_keras", "pyarrow"),
        install="tf-spark-bench[tensorflow]",
        distributed=True,
        tasks=("train",),
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=inputs.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="several GPUs in one machine",
    )


@hookimpl
def bench_setup(trial):
    rows.import_libraries(trial.cores)
    tf = network.import_tensorflow(trial.cores)
    trial.note("device", network.device(tf))
    session = tf.distribute.MirroredStrategy(devices(tf, trial.workers))
    examine(trial, KERAS)
    return session


def devices(tf, replicas):
    """Return the names of the devices for so many replicas.

    Raises:
        Skip: There are GPUs, but too few.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and len(gpus) < replicas:
        raise Skip(f"{replicas} workers need a GPU each and there are {len(gpus)}: ask for fewer with --workers.")
    if not gpus:
        parts = [tf.config.LogicalDeviceConfiguration()] * replicas
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], parts)
    return [f"{'GPU' if gpus else 'CPU'}:{index}" for index in range(replicas)]


@hookimpl
def bench_train(trial, session):
    import tensorflow as tf

    with trial.phase("load"):
        features, labels, weights = rows.open(trial.dataset, "train").matrix(trial.cores)
    replicas = session.num_replicas_in_sync
    # The part of a batch that does not divide is left out.
    together = max(1, min(trial.batch_size, len(features)) // replicas) * replicas
    trial.note("rows_per_step", together)
    return training.fit(tf, replace(trial, batch_size=together), features, labels, weights, session)


@hookimpl
def bench_predict(trial, session, model):
    import tensorflow as tf

    return scoring.score(tf, trial, model)


@hookimpl
def bench_scaling(at):
    return scaling.undivided(at, "load")
