"""Starts PyTorch's ranks by Spark's TorchDistributor, and brings a rank's own error to the driver.

TorchDistributor starts torchrun in each task of a barrier stage, and torchrun a fresh Python for the rank. Of a rank
that fails it says to look at the log: so the rank leaves its error in a file, and its task raises it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import rows
from bench.spark import is_local
from strategies.lib.ranks import answers, errors, watchdog
from strategies.lib.ranks.answers import RankAnswer
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.failures import spark_errors

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial
    from bench.rows import Keys
    from strategies.lib.ranks.reports import RankReport

ERROR_FILE = "BENCH_RANK_ERROR"  # in a rank's environment: the path for its error
FIRST_ERROR = "bench/first_error"  # in the store that the ranks share


def run(function: Callable[[Trial, float], list[RankAnswer]], trial: Trial, spark: SparkSession) -> list[RankReport]:
    """Call ``function(trial, called_at)`` on every rank and return the reports in the order of the ranks.

    Args:
        function: A function of a module's top level that returns what `gather` returns; ``called_at`` is this moment,
            seconds since the epoch.
        trial: Gives the number of ranks and the master.
        spark: The session.

    Raises:
        RankError: A rank failed, with its own error, or died.
    """
    from pyspark.ml.torch.distributor import TorchDistributor

    gpus = spark.sparkContext.getConf().contains("spark.task.resource.gpu.amount")
    distributor = TorchDistributor(num_processes=trial.workers, local_mode=False, use_gpu=gpus)
    # Its `run` with a function of ours in each task. Keys travel in Spark's own closure: arguments of the rank's
    # function go through a file.
    start = partial(_start_rank, rows.driver_keys(trial.dataset), is_local(trial.master))
    with spark_errors():
        found = distributor._run(function, start, trial, time.time())
    return [answers.unpack(answer) for answer in found]


def _start_rank(keys: Keys, local: bool, parameters: dict[str, Any], program: str) -> None:
    """Run a rank's program in a task, and raise the error that the rank has left.

    Args:
        keys: The driver's keys.
        local: Whether all ranks are on this host.
        parameters: TorchDistributor's own.
        program: Path of the program that it has written.
    """
    from pyspark.ml.torch.distributor import TorchDistributor

    keys.use()
    if local:
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"  # by default it listens where the host's name leads
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "error")
        os.environ[ERROR_FILE] = str(path)
        TorchDistributor._run_training_on_pytorch_file(parameters, program)
        if path.exists():
            raise RankError(path.read_text())


@contextmanager
def process_group(torch: Any) -> Iterator[tuple[int, int]]:
    """Meet all ranks, and part when the block ends; leave the first error of all ranks for the task.

    Where one rank fails, the others only learn that it is gone: the one that failed says its error in the store, before
    they can notice, and they repeat it.

    Args:
        torch: The module ``torch``.

    Yields:
        The rank, from 0, and the number of ranks.
    """
    distributed, limit = torch.distributed, timedelta(seconds=watchdog.SECONDS_TO_WAIT)
    rank = int(os.environ["RANK"])
    try:
        # The store is torchrun's own, and outlives the ranks.
        store, rank, world = next(distributed.rendezvous("env://", timeout=limit))
        try:
            backend = "nccl" if torch.cuda.is_available() else "gloo"
            distributed.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=limit)
            yield rank, world
            distributed.destroy_process_group()
        except Exception as error:
            # It sets the sentence where none is, and returns the one that is there.
            first = store.compare_set(FIRST_ERROR, "", errors.sentence(rank, error))
            raise RankError(first.decode()) from error
    except Exception as error:
        said = str(error) if isinstance(error, RankError) else errors.sentence(rank, error)
        Path(os.environ[ERROR_FILE]).write_text(said)
        raise


def exchange(said: Any) -> list[Any]:
    """Return what each rank says, in their order.

    Args:
        said: What this rank says.
    """
    import torch.distributed

    told: list[Any] = [None] * torch.distributed.get_world_size()
    torch.distributed.all_gather_object(told, said)
    return told


def gather(report: RankReport) -> list[RankAnswer]:
    """Exchange the reports of all ranks and return them: the distributor only hands rank 0's result to the driver.

    Args:
        report: This rank's own.
    """
    return exchange(RankAnswer(report, *rows.take_traffic()))
