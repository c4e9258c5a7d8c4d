"""Horovod on Spark: a process per worker, gradients averaged by gloo; the job that HorovodRunner did.

Spark starts one task per worker, and each task a fresh Python, which reads its own part of the train split straight
from Parquet; nothing goes through the driver. Each step takes the global batch divided by the workers.

Knobs: weights and the optimiser's state are broadcast before the first step; since the global batch does not grow with
the workers, the learning rate does not either. All gradients travel in one group, so that a step negotiates once; those
of embeddings as whole tables, which ``--sparse-as-dense 0`` gathers instead. Batch normalisation uses each worker's own
batch, as is usual from 32 rows on (Goyal et al., 2017, https://arxiv.org/abs/1706.02677); its moving averages are
averaged over the workers at the end. Waits end: 60 seconds to start, 120 for a worker that stalls; when one fails, the
others are ended. The network interface is named in local mode, because Horovod would probe them all. On a machine with
GPUs the workers take one each; gradients travel by way of the CPU.

Horovod's documentation recommends it to scale a single-GPU script to many with few changes, and its Spark integration
where data is prepared in Spark: https://horovod.readthedocs.io/en/stable/spark_include.html
"""

from bench import Strategy, hookimpl, rows, scaling
from strategies.lib.keras import heads, inputs, network, ranks, scoring
from strategies.lib.keras.given import KERAS
from strategies.lib.keras.gradients import GradientExchange
from strategies.lib.networks.framework import examine, fault_of_ranks
from strategies.lib.networks.terms import exchange
from strategies.lib.ranks import reports, shares
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.watchdog import guard_rank
from strategies.lib.spark import horovod as horovod_ranks
from strategies.lib.spark import slots
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("horovod", "tensorflow", "tf_keras", "pyspark", "pyarrow"),
        install="tf-spark-bench[horovod]",
        remedy="install g++, then `uv sync --reinstall-package horovod`",
        distributed=True,
        tasks=("train",),
        reads="ranks",
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=inputs.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="scaling a single-GPU script to many GPUs or hosts with few changes",
    )


@hookimpl
def bench_setup(trial):
    # Imported here, so that it does not count as training.
    import horovod.spark  # noqa: F401

    rows.import_libraries(trial.cores)
    network.import_tensorflow(trial.cores)
    examine(trial, KERAS)  # before Spark starts, which a network of another framework does not need
    spark = slots.start(trial)
    horovod_ranks.check_hosts(trial, spark)
    return spark


@hookimpl
def bench_train(trial, session):
    import tensorflow as tf

    return ranks.agree_on_model(tf, trial, horovod_ranks.run(train, trial))


def train(trial, called_at):
    """Do one rank's work, in a Python of its own.

    Args:
        trial: The trial.
        called_at: Moment of the driver's call, seconds since the epoch.

    Returns:
        The rank's `strategies.lib.ranks.reports.RankReport`.
    """
    laps = Laps(called_at)
    tf = ranks.import_tensorflow(trial)
    import horovod.tensorflow.keras as hvd

    laps.end("import")
    hvd.init()
    laps.end("rendezvous")
    rank = hvd.rank()
    if gpus := tf.config.list_physical_devices("GPU"):
        tf.config.set_visible_devices(gpus[hvd.local_rank() % len(gpus)], "GPU")
    mine = shares.open_share(trial, rank, hvd.size())
    data = ranks.read_batches(tf, trial, mine, rank)
    laps.end("load")
    with guard_rank() as alive:
        if fault := fault_of_ranks(trial, KERAS, rank, allgather):
            return reports.without_model(laps.seconds, fault)
        exchange = GradientExchange(tf, sparse_as_dense=bool(trial.sparse_as_dense))
        model = ranks.compiled(tf, trial, mine, lambda optimiser: exchange.wrap(hvd, optimiser))
        broadcast(model)
        measures = ranks.fit(tf, trial, model, data, mine.steps, laps, alive, lambda: exchange.seconds)
        if hvd.size() > 1:
            measures |= exchange.bytes_per_step(trial.epochs * mine.steps)
        average_statistics(model)
        laps.end("train")
        return ranks.report(tf, model, mine, rank, laps, measures)


def allgather(text):
    """Return what each rank says, in their order."""
    import horovod.tensorflow as hvd

    return hvd.allgather_object(text)


def broadcast(model):
    """Give all ranks the weights and the optimiser's state of rank 0."""
    import horovod.tensorflow as hvd

    hvd.broadcast_variables([*model.variables, *model.optimizer.variables], root_rank=0)


def average_statistics(model):
    """Give all ranks the mean of their moving averages, which batch normalisation keeps of each rank's own batches."""
    import horovod.tensorflow as hvd

    # A model inside a model is a layer, and in a given one two variables may have one name.
    layers = [layer for layer in model.submodules if hasattr(layer, "moving_mean")]
    for number, variable in enumerate(variable for layer in layers for variable in layer.non_trainable_variables):
        variable.assign(hvd.allreduce(variable, op=hvd.Average, name=f"statistics_{number}"))


@hookimpl
def bench_predict(trial, session, model):
    import tensorflow as tf

    return scoring.score(tf, trial, model, sparse_as_dense=bool(trial.sparse_as_dense))


@hookimpl
def bench_scaling(at):
    return scaling.fixed("launch", "import", "rendezvous", "compile") | {"allreduce": exchange(at)}


@hookimpl
def bench_teardown(session):
    stop_spark(session)
