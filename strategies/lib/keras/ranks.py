"""The steps of a rank in a distributed Keras job, whichever framework started it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from strategies.lib.keras import network
from strategies.lib.ranks import reports
from strategies.lib.ranks.errors import RankError
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.reports import RankReport
from strategies.lib.ranks.shares import RankShare, read
from strategies.lib.ranks.threads import read_back, set_threads

if TYPE_CHECKING:
    import tensorflow as tf

    from bench import Trial


def import_tensorflow(trial: Trial) -> Any:
    """Set the threads of a rank's libraries, import TensorFlow with them, and return the module ``tensorflow``.

    Args:
        trial: Gives the threads.
    """
    set_threads(trial.threads_per_worker)
    network.keep_modules_in(trial.scratch)
    return network.import_tensorflow(trial.threads_per_worker)


def read_batches(tf: Any, trial: Trial, mine: RankShare, rank: int) -> tf.data.Dataset:
    """Set the seeds, read a rank's rows and return its batches of all epochs; each rank shuffles its own way.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        mine: The rank's share.
        rank: The rank, from 0.
    """
    tf.keras.utils.set_random_seed(trial.seed + rank)
    local = replace(trial, batch_size=mine.batch, seed=trial.seed + rank, clock=None)
    data, _ = network.train_batches(tf, *read(trial, mine), local)
    return data


def compiled(tf: Any, trial: Trial, mine: RankShare, wrap: Callable[[Any], Any] | None = None) -> tf.keras.Model:
    """Return the compiled model, which begins with the same weights on all ranks.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        mine: The rank's share.
        wrap: Returns the optimiser to use in place of the one that it is given.
    """
    model = network.build(tf, trial)
    steps_at_once = network.steps_per_execution(model, trial)
    optimiser = network.optimiser(tf, trial, model, trial.epochs * mine.steps)
    network.compile_network(tf, model, trial.dataset, optimiser, wrap, steps_at_once)
    return model


def fit(
    tf: Any,
    trial: Trial,
    model: tf.keras.Model,
    data: Any,
    steps: int,
    laps: Laps,
    alive: Callable[[], None],
    spent: Callable[[], float] | None = None,
) -> dict[str, float]:
    """Train; the lap ``compile`` ends with the first call into TensorFlow, which traces, compiles and takes 32 steps.

    Returns the steps that were taken in other laps, as the record measures them.

    Args:
        tf: The module ``tensorflow``.
        trial: Gives the number of epochs.
        model: The model, compiled.
        data: Batches of all epochs.
        steps: Batches in an epoch.
        laps: The rank's clock.
        alive: The function that `guard_rank` yields, called after each call into TensorFlow.
        spent: The seconds so far that the rank spent in exchanging gradients, if they are known; of the lap ``train``
            they become one of their own, ``allreduce``.

    Raises:
        RankError: The data ended early, as it does where a framework shards it once more.
    """
    compiling, first = 0.0, 0

    def on_batch_end(batch: int, _: Any) -> None:
        nonlocal compiling, first
        if "compile" in laps.seconds:
            laps.end("train")
        else:
            laps.end("compile")
            compiling, first = spent() if spent else 0.0, batch + 1
        alive()

    callback = tf.keras.callbacks.LambdaCallback(on_train_batch_end=on_batch_end)
    model.fit(data, epochs=trial.epochs, steps_per_epoch=steps, verbose=0, callbacks=[callback])
    laps.end("train")
    if spent:
        laps.move(spent() - compiling, "train", "allreduce")
    if (taken := int(model.optimizer.iterations.numpy())) != trial.epochs * steps:
        raise RankError(f"{taken} of {trial.epochs * steps} steps were taken: rows were lost on their way.")
    return {"steps_timed": taken - first}


def report(
    tf: Any, model: tf.keras.Model, mine: RankShare, rank: int, laps: Laps, measures: Mapping[str, float]
) -> RankReport:
    """Return a rank's report; reading the weights is a collective operation in some frameworks, so all ranks call this.

    Args:
        tf: The module ``tensorflow``.
        model: The trained model.
        mine: The rank's share.
        rank: The rank, from 0.
        laps: The rank's clock.
        measures: Further numbers for the record, the same on all ranks.
    """
    weights = model.get_weights()
    return RankReport(
        seconds=laps.seconds,
        digest=reports.digest(*(weight.tobytes() for weight in weights)),
        rows=mine.rows.rows,
        threads=threads(tf),
        facts={"device": network.device(tf), "rows_per_step": mine.rows_per_step},
        measures={"rows_dropped_per_epoch": mine.rows_dropped_per_epoch, **measures},
        model=weights if rank == 0 else None,
    )


def threads(tf: Any) -> dict[str, int]:
    """Return the threads that each library has in this process, as it reports them.

    Args:
        tf: The module ``tensorflow``.
    """
    threading = tf.config.threading
    return read_back() | {
        "tensorflow_intra_op": threading.get_intra_op_parallelism_threads(),
        "tensorflow_inter_op": threading.get_inter_op_parallelism_threads(),
    }


def agree_on_model(tf: Any, trial: Trial, told: Sequence[RankReport]) -> tf.keras.Model:
    """Check that the ranks agree, and return the model that they ended with; see `reports.agree`.

    Args:
        tf: The module ``tensorflow``.
        trial: The trial.
        told: The reports of all ranks, in their order.
    """
    model = network.build(tf, trial)
    model.set_weights(reports.agree(trial, told))
    return model
