"""The driver's side of a distributed Keras job: its settings, its slots, and what its ranks sent."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from strategies import _keras

if TYPE_CHECKING:
    import tensorflow as tf
    from pyspark.sql import SparkSession

    from bench import Trial
    from strategies._ranks import Report

SECONDS_TO_START = 60  # for all ranks to meet
SECONDS_TO_COME = 10  # for the executors of a cluster


def settings(trial: Trial) -> dict[str, str]:
    """Return Spark's settings for a job of one task per rank: its threads, and no wait without an end."""
    return {
        # Spark gives its Python workers as many OpenMP threads as a task has cores.
        "spark.task.cpus": str(trial.threads_per_worker),
        "spark.barrier.sync.timeout": f"{SECONDS_TO_START}s",
    }


def require_slots(trial: Trial, spark: SparkSession) -> None:
    """Wait until there is a task slot for each worker, and say so in one sentence if there is not.

    Raises:
        RuntimeError: There are too few slots after 10 seconds; at once in local mode, where none can come.
    """
    context = spark.sparkContext._jsc.sc()
    profile = context.resourceProfileManager().resourceProfileFromId(0)
    deadline = time.monotonic() + (0 if trial.master.startswith("local[") else SECONDS_TO_COME)
    while (slots := context.maxNumConcurrentTasks(profile)) < trial.workers:
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"{trial.workers} workers of {trial.threads_per_worker} threads need a task slot each and "
                f"{trial.master} has {slots}: ask for fewer with --workers, or for more slots with --master."
            )
        time.sleep(0.2)


@contextmanager
def explained() -> Iterator[None]:
    """Say in one sentence what Spark says in pages: what the task died of that failed first.

    Raises:
        RuntimeError: Spark's job failed.
    """
    from py4j.protocol import Py4JJavaError

    try:
        yield
    except Py4JJavaError as error:
        message = error.java_exception.getMessage()
        causes = re.findall(r"^(?!.*PythonException)[\w.]+(?:Error|Exception): .+", message, re.MULTILINE)
        raise RuntimeError(f"A worker failed: {(causes or message.splitlines())[0]}") from error


def model_of(tf: Any, trial: Trial, reports: Sequence[Report]) -> tf.keras.Model:
    """Tell the harness what the ranks measured, make sure that they agree, and return the model.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        reports: Of all ranks, in their order.

    Raises:
        RuntimeError: The ranks do not all have the same weights.
    """
    for name in reports[0].seconds:
        trial.ranks(name, [rank.seconds[name] for rank in reports])
    for name, value in reports[0].facts.items():
        trial.note(name, value)
    digests = [rank.digest for rank in reports]
    if len(set(digests)) > 1:
        raise RuntimeError(f"The ranks ended with different weights, {', '.join(digest[:8] for digest in digests)}.")
    model = _keras.mlp(tf, trial.dataset, trial.seed)
    model.set_weights(reports[0].weights)
    return model
