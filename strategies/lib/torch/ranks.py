"""The steps of a rank in a distributed PyTorch job, whichever framework started it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from strategies.lib.ranks import reports
from strategies.lib.ranks.laps import Laps
from strategies.lib.ranks.reports import RankReport
from strategies.lib.ranks.shares import RankShare, read
from strategies.lib.ranks.threads import read_back, set_threads
from strategies.lib.torch import given, network, training

if TYPE_CHECKING:
    from torch import nn

    from bench import Trial
    from strategies.lib.torch.training import Batch


def import_torch(trial: Trial) -> Any:
    """Set the threads of a rank's libraries, import PyTorch with them, and return the module ``torch``.

    Args:
        trial: Gives the threads.
    """
    set_threads(trial.threads_per_worker)
    return network.import_torch(trial.threads_per_worker)


def read_batches(torch: Any, trial: Trial, mine: RankShare, rank: int) -> Any:
    """Set the seeds, read a rank's rows and return its batches of all epochs; each rank shuffles its own way.

    Args:
        torch: The module ``torch``.
        trial: The trial.
        mine: The rank's share.
        rank: The rank, from 0.
    """
    given.TORCH.set_seed(trial.seed + rank)
    local = replace(trial, batch_size=mine.batch, seed=trial.seed + rank, clock=None)
    batches, _, _ = training.train_batches(torch, local, *read(trial, mine))
    return batches


def fit(
    torch: Any,
    trial: Trial,
    mine: RankShare,
    batches: Sequence[Batch],
    share: Callable[[nn.Module], nn.Module],
    average: Callable[[Any], None],
    alive: Callable[[], None],
    wrap: Callable[[Any], Any] | None = None,
) -> nn.Module:
    """Train a model, which ends with the same weights on all ranks, and return it.

    Args:
        torch: The module ``torch``.
        trial: The trial.
        mine: The rank's share.
        batches: Out of `read_batches`.
        share: Returns the module to train in place of the one that it is given: it begins with the weights of rank 0.
        average: Gives a tensor the mean of that tensor over all ranks.
        alive: The function that `guard_rank` yields.
        wrap: Returns the optimiser to use in place of the one that it is given. Of module and optimiser one sees to it
            that gradients are the means of all ranks'.
    """
    model = training.build(torch, trial)
    taken = training.train(torch, trial, share(model.trunk), batches, trial.epochs * mine.steps, wrap, alive)
    if trial.network is None:
        training.correct_variances(torch, model, mine.batch, taken)
    for layer in model.modules():  # each rank has those of its own batches
        if getattr(layer, "running_mean", None) is not None:
            average(layer.running_mean)
            average(layer.running_var)
    return model


def report(torch: Any, trial: Trial, model: nn.Module, mine: RankShare, rank: int, laps: Laps) -> RankReport:
    """Return a rank's report.

    Args:
        torch: The module ``torch``.
        trial: Gives the number of epochs.
        model: The trained model.
        mine: The rank's share.
        rank: The rank, from 0.
        laps: The rank's clock.
    """
    weights = network.state(model)
    return RankReport(
        seconds=laps.seconds,
        digest=reports.digest(*(weight.tobytes() for weight in weights)),
        rows=mine.rows.rows,
        threads=read_back() | {"torch": torch.get_num_threads(), "torch_interop": torch.get_num_interop_threads()},
        facts={"device": network.device_name(torch), "rows_per_step": mine.rows_per_step},
        measures={
            "rows_dropped_per_epoch": mine.rows_dropped_per_epoch,
            "steps_timed": trial.epochs * mine.steps,
        },
        model=weights if rank == 0 else None,
    )


def agree_on_model(torch: Any, trial: Trial, told: Sequence[RankReport]) -> nn.Module:
    """Check that the ranks agree, and return the model that they ended with; see `reports.agree`.

    Args:
        torch: The module ``torch``.
        trial: The trial.
        told: The reports of all ranks, in their order.
    """
    kept = reports.agree(trial, told)
    model = training.build(torch, trial)
    network.set_state(torch, model, kept)
    return model
