"""Spark's TorchDistributor: a barrier stage, in each task a torchrun with a rank of DistributedDataParallel.

Each rank reads its own part of the train split straight from Parquet, and its batches are the global batch divided by
the workers.

Knobs: gradients are averaged by gloo, by NCCL where Spark schedules GPUs (``spark.task.resource.gpu.amount``), in the
buckets that they lie in (``gradient_as_bucket_view``). Batch normalisation uses each rank's own batch, as is usual from
32 rows on (Goyal et al., 2017, https://arxiv.org/abs/1706.02677), and its moving averages are averaged over the ranks
at the end, not copied from rank 0 at each step (``forward_sync_buffers=False``). The global batch does not grow with
the workers, so the learning rate does not either. Waits end after two minutes, of 30 by default. Each task starts three
Pythons one after the other, two of which import PyTorch: the lap ``launch``.

Spark's documentation recommends it to scale PyTorch training to a Spark cluster with few changes:
https://spark.apache.org/docs/latest/api/python/reference/api/pyspark.ml.torch.distributor.TorchDistributor.html
"""

import time
from functools import partial

from bench import Strategy, hookimpl, rows, scaling
from strategies.lib.networks.framework import examine, fault_of_ranks
from strategies.lib.networks.terms import exchange
from strategies.lib.ranks import reports, shares
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.watchdog import guard_rank
from strategies.lib.spark import distributor, slots
from strategies.lib.spark.session import stop_spark
from strategies.lib.torch import heads, network, ranks
from strategies.lib.torch.given import TORCH
from strategies.lib.torch.scoring import score


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("torch", "pyspark", "pandas", "pyarrow"),
        install="tf-spark-bench[torch,spark]",
        distributed=True,
        tasks=("train",),
        reads="ranks",
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=network.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="scaling PyTorch training to a Spark cluster with few changes",
    )


@hookimpl
def bench_setup(trial):
    # Imported here, so that it does not count as training.
    import pyspark.ml.torch.distributor  # noqa: F401

    rows.import_libraries(trial.cores)
    network.import_torch(trial.cores)
    examine(trial, TORCH)  # before Spark starts, which a network of another framework does not need
    return slots.start(trial)


@hookimpl
def bench_train(trial, session):
    import torch

    return ranks.agree_on_model(torch, trial, distributor.run(train, trial, session))


def train(trial, called_at):
    """Do one rank's work, in a Python of its own.

    Args:
        trial: The trial.
        called_at: Moment of the driver's call, seconds since the epoch.

    Returns:
        The reports of all ranks, each as an answer.
    """
    laps = Laps(called_at)
    torch = ranks.import_torch(trial)
    laps.end("import")
    with guard_rank() as alive, distributor.process_group(torch) as (rank, world):
        laps.end("rendezvous")
        mine = shares.open_share(trial, rank, world)
        batches = ranks.read_batches(torch, trial, mine, rank)
        laps.end("load")
        alive()
        if fault := fault_of_ranks(trial, TORCH, rank, distributor.exchange):
            return distributor.gather(reports.without_model(laps.seconds, fault))
        waits: list[float] = []
        model = ranks.fit(torch, trial, mine, batches, partial(distributed, waits), average, alive)
        laps.end("train")
        if waits:
            laps.move(sum(waits), "train", "allreduce")
        return distributor.gather(ranks.report(torch, trial, model, mine, rank, laps))


def distributed(waits, module):
    """Return a module around one, whose gradients are the means of all ranks'.

    Args:
        waits: A list to which each step adds the seconds from the last gradient to its average. On a GPU none are
            known: NCCL's futures are done when its kernels are queued.
        module: The module of one process.
    """
    from torch.nn.parallel import DistributedDataParallel

    wrapped = DistributedDataParallel(module, forward_sync_buffers=False, gradient_as_bucket_view=True)
    if wrapped.device_type == "cpu":
        wrapped.register_comm_hook(waits, timed_allreduce)
    return wrapped


def timed_allreduce(waits, bucket):
    """Average a bucket of gradients, as DistributedDataParallel does by itself, and time that of a step's last bucket.

    Those before it are averaged while others are still computed.
    """
    from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import allreduce_hook

    averaged = allreduce_hook(None, bucket)
    if not bucket.is_last():
        return averaged
    began = time.monotonic()

    def note(future):
        waits.append(time.monotonic() - began)
        return future.value()

    return averaged.then(note)


def average(tensor):
    """Give a tensor the mean of that tensor over all ranks."""
    import torch.distributed

    torch.distributed.all_reduce(tensor)
    tensor.div_(torch.distributed.get_world_size())


@hookimpl
def bench_predict(trial, session, model):
    import torch

    return score(torch, trial, model)


@hookimpl
def bench_scaling(at):
    return scaling.fixed("launch", "import", "rendezvous") | {"allreduce": exchange(at)}


@hookimpl
def bench_teardown(session):
    stop_spark(session)
