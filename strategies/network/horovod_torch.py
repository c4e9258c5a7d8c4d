"""Horovod on Spark with PyTorch: the ranks of `horovod`, in each an eager loop, gradients averaged by gloo.

Spark starts one task per worker, and each task a fresh Python, which reads its own part of the train split straight
from Parquet; nothing goes through the driver. Each step takes the global batch divided by the workers.

Knobs: weights are broadcast before the first step; the optimiser's state is not, since all ranks begin without one, and
Horovod's function for it takes a step to make one, after which Adam corrects its averages for the wrong number of
steps. Since the global batch does not grow with the workers, the learning rate does not either. All gradients travel in
one group, so that a step negotiates once. Batch normalisation uses each worker's own batch, as is usual from 32 rows on
(Goyal et al., 2017, https://arxiv.org/abs/1706.02677); its moving averages are averaged over the workers at the end.
Waits end: 60 seconds to start, 120 for a worker that stalls; when one fails, the others are ended. The network
interface is named in local mode, because Horovod would probe them all. It is built without CUDA, and then its functions
take no tensors of a GPU: so it is skipped where PyTorch sees one.

Horovod's documentation recommends it to scale a single-GPU script to many with few changes, for PyTorch as well:
https://horovod.readthedocs.io/en/stable/pytorch.html
"""

import json
import time
from functools import partial
from importlib.metadata import version
from importlib.resources import files

from bench import Skip, Strategy, hookimpl, rows, scaling
from strategies.lib.networks.framework import examine, fault_of_ranks
from strategies.lib.networks.terms import exchange
from strategies.lib.ranks import reports, shares
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.watchdog import guard_rank
from strategies.lib.spark import horovod as horovod_ranks
from strategies.lib.spark import slots
from strategies.lib.spark.session import stop_spark
from strategies.lib.torch import heads, network, ranks
from strategies.lib.torch.given import TORCH
from strategies.lib.torch.scoring import score

HOW_TO_BUILD = "docs/how-to/use-pytorch.md says how Horovod is built for PyTorch"


@hookimpl
def bench_strategy():
    return Strategy(
        family="mlp",
        needs=("horovod", "torch", "pyspark", "pyarrow"),
        install="tf-spark-bench[horovod,torch]",
        remedy=HOW_TO_BUILD,
        distributed=True,
        tasks=("train",),
        problems=heads.PROBLEMS,
        weights=True,
        most_categories=network.MOST_CATEGORIES,
        networks=True,
        saves=True,
        recommended="scaling a single-GPU script to many GPUs or hosts with few changes",
    )


@hookimpl
def bench_setup(trial):
    check_build(built_for(), version("torch"))
    torch = network.import_torch(trial.cores)
    if torch.cuda.is_available():
        raise Skip("Horovod is built without CUDA, and PyTorch sees a GPU: set CUDA_VISIBLE_DEVICES= to train without.")
    # Imported here, so that it does not count as training.
    import horovod.spark  # noqa: F401

    rows.import_libraries(trial.cores)
    examine(trial, TORCH)  # before Spark starts, which a network of another framework does not need
    spark = slots.start(trial)
    horovod_ranks.check_hosts(trial, spark)
    return spark


def built_for():
    """Return the version of PyTorch that Horovod was built for; None where it was built for others only."""
    return json.loads(files("horovod").joinpath("metadata.json").read_text()).get("pytorch")


def check_build(built, installed):
    """Check that Horovod was built for the PyTorch that is installed, whose interface differs between its versions.

    Args:
        built: Version of PyTorch that Horovod was built for; None where it was built for others only.
        installed: Version of PyTorch that is installed.

    Raises:
        Skip: It was not.
    """
    if built is None:
        raise Skip(f"Horovod was built without PyTorch here: {HOW_TO_BUILD}.")
    if built.partition("+")[0] != installed.partition("+")[0]:
        raise Skip(f"Horovod was built for PyTorch {built}, and {installed} is installed: {HOW_TO_BUILD}.")


@hookimpl
def bench_train(trial, session):
    import torch

    return ranks.agree_on_model(torch, trial, horovod_ranks.run(train, trial))


def train(trial, called_at):
    """Do one rank's work, in a Python of its own.

    Args:
        trial: The trial.
        called_at: Moment of the driver's call, seconds since the epoch.

    Returns:
        The rank's `strategies.lib.ranks.reports.RankReport`.
    """
    laps = Laps(called_at)
    torch = ranks.import_torch(trial)
    import horovod.torch as hvd

    laps.end("import")
    hvd.init()
    laps.end("rendezvous")
    rank = hvd.rank()
    mine = shares.open_share(trial, rank, hvd.size())
    batches = ranks.read_batches(torch, trial, mine, rank)
    laps.end("load")
    with guard_rank() as alive:
        if fault := fault_of_ranks(trial, TORCH, rank, hvd.allgather_object):
            return reports.without_model(laps.seconds, fault)
        waits: list[float] = []
        wrap = partial(distributed, hvd, waits)
        model = ranks.fit(torch, trial, mine, batches, broadcast, hvd.allreduce_, alive, wrap)
        laps.end("train")
        laps.move(sum(waits), "train", "allreduce")
        return ranks.report(torch, trial, model, mine, rank, laps)


def broadcast(module):
    """Give a module the weights of rank 0, and return it."""
    import horovod.torch as hvd

    hvd.broadcast_parameters(module.state_dict(), root_rank=0)
    return module


def distributed(hvd, waits, optimiser):
    """Return an optimiser that averages gradients over all ranks, in one group.

    Args:
        hvd: The module ``horovod.torch``.
        waits: A list to which each step adds the seconds from the last gradient to the last average.
        optimiser: The optimiser of one process.
    """
    optimiser = hvd.DistributedOptimizer(optimiser, groups=1)
    wait = optimiser.synchronize

    def timed():
        began = time.monotonic()
        wait()
        waits.append(time.monotonic() - began)

    optimiser.synchronize = timed  # which its step calls
    return optimiser


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
