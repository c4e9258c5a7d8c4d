"""spark-tensorflow-distributor's MirroredStrategyRunner: a barrier stage with a TensorFlow worker in each task.

The workers train under ``MultiWorkerMirroredStrategy``. Each reads its own part of the train split straight from
Parquet, and its batches are the global batch divided by the workers.

Knobs: each worker hands TensorFlow its own batches (``distribute_datasets_from_function``), since ``fit`` on a plain
dataset would divide the batch again and, sharding it once more, silently drop rows. The strategy is made in the
worker (``use_custom_strategy``), after the threads are set; Python workers are not reused, since a second such run in
one hangs. GPUs are used where Spark schedules them (``spark.task.resource.gpu.amount``), by NCCL; on CPUs a gRPC ring
exchanges gradients. Batch normalisation uses each worker's own batch, as is usual from 32 rows on (Goyal et al.,
2017, https://arxiv.org/abs/1706.02677), and its moving averages are averaged over the workers by the strategy. The
global batch does not grow with the workers, so the learning rate does not either. A collective operation waits for
ever for a rank that stalls, so a rank that is silent for two minutes ends itself; not by TensorFlow's own
``timeout_seconds``, for which each operation has a thread sleep that long: 8,000 threads after 800 steps.

Its documentation recommends it to run tf.distribute on a Spark cluster:
https://github.com/tensorflow/ecosystem/tree/master/spark/spark-tensorflow-distributor
"""

import time
from functools import partial

from bench import Strategy, hookimpl, rows, scaling
from strategies.lib.keras import heads, inputs, network, ranks, scoring
from strategies.lib.keras.given import KERAS
from strategies.lib.networks.framework import examine, fault_of_ranks
from strategies.lib.ranks import answers, reports, shares
from strategies.lib.ranks.errors import rank_errors
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.watchdog import guard_rank
from strategies.lib.spark import peers, slots
from strategies.lib.spark.failures import barrier_errors, spark_errors
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("spark_tensorflow_distributor", "tensorflow", "tf_keras", "pyspark", "pyarrow"),
        install="tf-spark-bench[distributor]",
        distributed=True,
        tasks=("train",),
        reads="ranks",
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=inputs.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="tf.distribute training on the Spark cluster that is there, GPUs included",
    )


@hookimpl
def bench_setup(trial):
    # Imported here, so that it does not count as training.
    import spark_tensorflow_distributor  # noqa: F401

    rows.import_libraries(trial.cores)
    network.import_tensorflow(trial.cores)
    examine(trial, KERAS)  # before Spark starts, which a network of another framework does not need
    return slots.start(trial, {"spark.python.worker.reuse": "false"})


@hookimpl
def bench_train(trial, session):
    import tensorflow as tf
    from spark_tensorflow_distributor import MirroredStrategyRunner

    use_gpu = session.sparkContext.getConf().contains("spark.task.resource.gpu.amount")
    runner = MirroredStrategyRunner(num_slots=trial.workers, use_gpu=use_gpu, use_custom_strategy=True)
    with spark_errors():
        function = partial(call_on_all, rows.driver_keys(trial.dataset), train)
        found = runner.run(function, trial=trial, called_at=time.time())
    return ranks.agree_on_model(tf, trial, [answers.unpack(answer) for answer in found])


def call_on_all(keys, function, trial, called_at):
    """Call a rank's function with the driver's keys, and return the answers of all ranks.

    Args:
        keys: The driver's keys.
        function: The rank's function.
        trial: The trial.
        called_at: Moment of the driver's call, seconds since the epoch.
    """
    answer = answers.call_with_keys(keys, function, trial, called_at)
    with barrier_errors():
        return gather(answer)


def train(trial, called_at):
    """Do one rank's work, in a Python worker of its own.

    Args:
        trial: The trial.
        called_at: Moment of the driver's call, seconds since the epoch.

    Returns:
        The rank's `strategies.lib.ranks.reports.RankReport`.
    """
    from pyspark import BarrierTaskContext

    laps = Laps(called_at)
    tf = ranks.import_tensorflow(trial)
    laps.end("import")
    context = BarrierTaskContext.get()
    # This wait has an end; TensorFlow's own, for a rank that does not come or cannot be reached, has none.
    with rank_errors(context.partitionId()), peers.reachable(context):
        with guard_rank():
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        laps.end("rendezvous")
        rank, world = strategy.cluster_resolver.task_id or 0, strategy.num_replicas_in_sync
        mine = shares.open_share(trial, rank, world)
        data = undivided(strategy, ranks.read_batches(tf, trial, mine, rank))
        laps.end("load")
        with guard_rank() as alive:
            # In the strategy's scope, unlike networks would wait for each other already while they are built.
            if fault := fault_of_ranks(trial, KERAS, rank, context.allGather):
                return reports.without_model(laps.seconds, fault)
            with strategy.scope():
                model = ranks.compiled(tf, trial, mine)
            measures = ranks.fit(tf, trial, model, data, mine.steps, laps, alive)
            return ranks.report(tf, model, mine, rank, laps, measures)


def undivided(strategy, batches):
    """Return this worker's own batches in a form that the strategy uses as they are.

    ``fit`` would take a plain dataset for the global one: it would divide each batch by the workers, and leave to each
    worker every W-th batch of its own.

    Args:
        strategy: The ``tf.distribute.Strategy``.
        batches: The worker's batches.
    """
    return strategy.distribute_datasets_from_function(lambda _: batches)


def gather(answer):
    """Exchange the answers of all ranks and return them: the runner only hands rank 0's result to the driver.

    Args:
        answer: This rank's answer.
    """
    import base64
    import pickle

    from pyspark import BarrierTaskContext

    message = base64.b64encode(pickle.dumps(answer)).decode()
    return [pickle.loads(base64.b64decode(other)) for other in BarrierTaskContext.get().allGather(message)]  # noqa: S301


@hookimpl
def bench_predict(trial, session, model):
    import tensorflow as tf

    return scoring.score(tf, trial, model)


@hookimpl
def bench_scaling(at):
    # In units of all gradients: how many bytes they are, a trial measures. The exchange is a part of the phase here, so
    # that what each step takes needs no term, as in `strategies.lib.networks.terms.exchange`: S steps are half of the
    # values sent, 2 S (W-1)/W, and S/W, and the values of a core grow as S/W, or as S where workers share the cores.
    train = scaling.linear(at) | scaling.ring(at.workers, 1.0, scaling.steps(at))
    return scaling.fixed("launch", "import", "rendezvous", "compile") | {"train": train}


@hookimpl
def bench_teardown(session):
    stop_spark(session)
