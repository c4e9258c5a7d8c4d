"""What a rank of a distributed Keras job does, whichever framework started it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from strategies import _keras, _parquet, _ranks
from strategies._ranks import Laps, RankError, Report

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

    from bench import Trial


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


def start(trial: Trial) -> Any:
    """Import what a rank needs, with its threads, and return the module ``tensorflow``."""
    _ranks.set_threads(trial.threads_per_worker)
    return _keras.start(trial.threads_per_worker)


def share(trial: Trial, rank: int, world: int) -> Share:
    """Return what a rank trains on, from the footers alone, so that all ranks agree without a word.

    A rank's batch is the global one divided by the ranks, rounded down. Shards differ by one row at most; every rank
    takes the steps that the smallest shard has whole batches for, or an all-reduce would wait for ever.

    Raises:
        RankError: There are more ranks than rows.
    """
    groups = _parquet.row_groups(trial.dataset, "train")
    rows = sum(group.rows for group in groups)
    least = rows // world
    if not least:
        raise RankError(f"{rows} rows cannot be shared by {world} workers: ask for fewer with --workers.")
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
    data, _ = _keras.train_batches(tf, *read(trial, mine), local)
    return data


def compiled(tf: Any, trial: Trial, wrap: Callable[[Any], Any] | None = None) -> tf.keras.Model:
    """Return the compiled model, which begins with the same weights on all ranks.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        wrap: What is to be put around the optimiser.
    """
    model = _keras.mlp(tf, trial.dataset, trial.seed)
    _keras.compile_mlp(tf, model, trial.learning_rate, wrap)
    return model


def fit(
    tf: Any, trial: Trial, model: tf.keras.Model, data: Any, steps: int, laps: Laps, alive: Callable[[], None]
) -> None:
    """Train; the lap ``compile`` ends with the first call into TensorFlow, which traces, compiles and takes 32 steps.

    Args:
        tf: The module ``tensorflow``.
        trial: Gives the number of epochs.
        model: Compiled.
        data: Batches of all epochs.
        steps: Batches in an epoch.
        laps: The rank's clock.
        alive: Out of `_ranks.watchdog`.

    Raises:
        RankError: The data ended early, as it does where a framework shards it once more.
    """

    def called(*_: Any) -> None:
        laps.end("train" if "compile" in laps.seconds else "compile")
        alive()

    callback = tf.keras.callbacks.LambdaCallback(on_train_batch_end=called)
    model.fit(data, epochs=trial.epochs, steps_per_epoch=steps, verbose=0, callbacks=[callback])
    laps.end("train")
    if (taken := int(model.optimizer.iterations.numpy())) != trial.epochs * steps:
        raise RankError(f"{taken} of {trial.epochs * steps} steps were taken: rows were lost on their way.")


def report(tf: Any, model: tf.keras.Model, mine: Share, rank: int, laps: Laps) -> Report:
    """Sum a rank up; reading the weights is a collective operation in some frameworks, so every rank calls this."""
    weights = model.get_weights()
    return Report(
        seconds=laps.seconds,
        digest=_ranks.digest(*(weight.tobytes() for weight in weights)),
        rows=sum(group.rows for group in mine.groups),
        threads=threads(tf),
        facts={"device": _keras.device(tf), **mine.facts},
        model=weights if rank == 0 else None,
    )


def threads(tf: Any) -> dict[str, int]:
    """Return the threads that each library is set to in this process, read back from each."""
    threading = tf.config.threading
    return _ranks.threads() | {
        "tensorflow_intra_op": threading.get_intra_op_parallelism_threads(),
        "tensorflow_inter_op": threading.get_inter_op_parallelism_threads(),
    }


def model_of(tf: Any, trial: Trial, reports: Sequence[Report]) -> tf.keras.Model:
    """Return the model that all ranks ended with; see `_ranks.agreed`."""
    model = _keras.mlp(tf, trial.dataset, trial.seed)
    model.set_weights(_ranks.agreed(trial, reports))
    return model
