"""What a rank of a distributed Keras job does, whichever framework started it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from strategies import _keras, _parquet

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

    from bench import Trial

SECONDS_OF_SILENCE = 120  # after which a rank that waits for another gives up: far longer than any step


class Laps:
    """A rank's clock: each lap is named when it ends, and the next begins."""

    def __init__(self, called_at: float) -> None:
        """Start with the lap ``launch``, which began on the driver.

        Args:
            called_at: Moment of the driver's call, seconds since the epoch; on a cluster as good as its clocks agree.
        """
        self.seconds = {"launch": time.time() - called_at}
        self._began = time.monotonic()

    def end(self, name: str) -> None:
        """End the lap ``name``; of laps with one name the first counts, and the next begins there."""
        if name not in self.seconds:
            now = time.monotonic()
            self.seconds[name] = now - self._began
            self._began = now


@dataclass(frozen=True)
class Share:
    """What one rank trains on.

    Attributes:
        groups: Its row groups, or parts of them.
        batch: Rows of its batches.
        steps: Batches in an epoch, the same on all ranks.
        world: Number of ranks.
        rows: Rows of the whole split.
    """

    groups: list[_parquet.RowGroup]
    batch: int
    steps: int
    world: int
    rows: int

    @property
    def facts(self) -> dict[str, int]:
        """The rows of a global batch, and the rows that no rank sees in an epoch, in the record's words."""
        together = self.batch * self.world
        return {"rows_per_step": together, "rows_dropped_per_epoch": self.rows - self.steps * together}


def share(trial: Trial, rank: int, world: int) -> Share:
    """Return what a rank trains on, from the footers alone, so that all ranks agree without a word.

    A rank's batch is the global one divided by the ranks, rounded down. Shards differ by one row at most; every rank
    takes the steps that the smallest shard has whole batches for, or an all-reduce would wait for ever.

    Raises:
        ValueError: There are more ranks than rows.
    """
    groups = _parquet.row_groups(trial.dataset, "train")
    rows = sum(group.rows for group in groups)
    least = rows // world
    if not least:
        raise ValueError(f"{rows} rows cannot be shared by {world} workers: ask for fewer with --workers.")
    batch = max(1, min(trial.batch_size // world, least))
    return Share(_parquet.shard(groups, rank, world), batch, least // batch, world, rows)


def read(trial: Trial, mine: Share) -> tuple[np.ndarray, np.ndarray]:
    """Read a rank's rows, features and labels, straight from Parquet.

    Of a shard with one row more than the smallest, the last row is left out: all ranks draw from equally many.
    """
    features, labels = _parquet.read_matrix(trial.dataset, mine.groups, trial.threads_per_worker)
    least = mine.rows // mine.world
    return features[:least], labels[:least]


def batches(tf: Any, trial: Trial, mine: Share, rank: int) -> tf.data.Dataset:
    """Set the seeds, read a rank's rows and return its batches of all epochs; each rank shuffles its own way."""
    tf.keras.utils.set_random_seed(trial.seed + rank)
    local = replace(trial, batch_size=mine.batch, seed=trial.seed + rank, clock=None)
    return _keras.train_batches(tf, *read(trial, mine), local)


def fit(tf: Any, trial: Trial, model: tf.keras.Model, data: Any, steps: int, laps: Laps) -> None:
    """Train; the lap ``compile`` ends with the first call into TensorFlow, which traces, compiles and takes 32 steps.

    Args:
        tf: The module ``tensorflow``.
        trial: Gives the number of epochs.
        model: Compiled.
        data: Batches of all epochs.
        steps: Batches in an epoch.
        laps: The rank's clock.

    Raises:
        RuntimeError: The data ended early, as it does where a framework shards it once more.
    """
    first = tf.keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_: laps.end("compile"))
    model.fit(data, epochs=trial.epochs, steps_per_epoch=steps, verbose=0, callbacks=[first])
    laps.end("train")
    if (taken := int(model.optimizer.iterations.numpy())) != trial.epochs * steps:
        raise RuntimeError(f"{taken} of {trial.epochs * steps} steps were taken: rows were lost on their way.")


@dataclass(frozen=True)
class Report:
    """What a rank sends to the driver.

    Attributes:
        seconds: Seconds of each of its laps, by name.
        digest: SHA-256 of all its weights.
        facts: What it found: its threads, its device, its rows.
        weights: All weights, from rank 0 only.
    """

    seconds: dict[str, float]
    digest: str
    facts: dict[str, Any]
    weights: list[np.ndarray] | None = field(default=None, repr=False)


def report(tf: Any, model: tf.keras.Model, mine: Share, rank: int, laps: Laps) -> Report:
    """Sum a rank up; reading the weights is a collective operation in some frameworks, so every rank calls this."""
    weights = model.get_weights()
    digest = hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()
    facts = {"device": _keras.device(tf), "threads": threads(tf), **mine.facts}
    return Report(laps.seconds, digest, facts, weights if rank == 0 else None)


def threads(tf: Any) -> dict[str, int]:
    """Return the thread settings that this process really has, read back from each library."""
    import pyarrow as pa

    return {
        "tensorflow_intra_op": tf.config.threading.get_intra_op_parallelism_threads(),
        "tensorflow_inter_op": tf.config.threading.get_inter_op_parallelism_threads(),
        "arrow": pa.cpu_count(),
        "openmp": int(os.environ["OMP_NUM_THREADS"]),
    }


def start(trial: Trial) -> Any:
    """Import what a rank needs, with its threads, and return the module ``tensorflow``."""
    import pyarrow as pa

    pa.set_cpu_count(trial.threads_per_worker)
    os.environ["OMP_NUM_THREADS"] = str(trial.threads_per_worker)
    return _keras.start(trial.threads_per_worker)


def compiled(tf: Any, trial: Trial, wrap: Callable[[Any], Any] | None = None) -> tf.keras.Model:
    """Return the compiled model; all ranks begin with the same weights, but, by `batches`' seeds, drop different units.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        wrap: What is to be put around the optimiser.
    """
    model = _keras.mlp(tf, trial.dataset, trial.seed)
    _keras.compile_mlp(tf, model, trial.learning_rate, wrap)
    return model
