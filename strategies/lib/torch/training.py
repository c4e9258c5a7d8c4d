"""Trains the MLP or a given network in one process, in PyTorch: the steps that Keras takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from strategies.lib.ranks.errors import RankError
from strategies.lib.torch import given, heads, network

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from bench import Trial

    Batch = tuple[Tensor, Tensor, Tensor | None]

SECOND_MOMENT = 0.999  # Adam's decay of it
EPSILON = 1e-7  # as Keras has it: added before the second moment's bias is corrected, where PyTorch adds it after
STEPS_BETWEEN_SIGNS = 32


def fit(
    torch: Any, trial: Trial, features: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None
) -> nn.Sequential:
    """Train the network on a matrix and return it.

    Args:
        torch: The module ``torch``.
        trial: The trial.
        features: float32 of shape (rows, features), raw.
        labels: float32 of shape (rows,).
        weights: float32 of shape (rows,); None where all rows weigh the same.
    """
    given.TORCH.set_seed(trial.seed)
    model = build(torch, trial)
    batches, size, steps = train_batches(torch, trial, features, labels, weights)
    trial.measure("rows_dropped_per_epoch", len(features) - steps * size)
    taken = train(torch, trial, model.trunk, batches, trial.epochs * steps)
    if trial.network is None:
        correct_variances(torch, model, size, taken)
    return model


def build(torch: Any, trial: Trial) -> nn.Sequential:
    """Return the network of a trial, on its device: the one that it is given, or else the MLP.

    Args:
        torch: The module ``torch``.
        trial: Gives the network, the dataset and the seed. A given network draws from the global random states.

    Returns:
        Two modules, ``trunk`` and ``answer``.
    """
    model = given.TORCH.build(trial) if trial.network else network.mlp(torch, trial.dataset, trial.seed)
    return model.to(network.device(torch))


def train_batches(
    torch: Any, trial: Trial, features: np.ndarray, labels: np.ndarray, weights: np.ndarray | None
) -> tuple[Iterator[Batch], int, int]:
    """Return the batches of all epochs, the rows of each, and the number of batches in an epoch.

    Only whole batches count, and each epoch has an order of its own, as `strategies.lib.keras.network.train_batches`
    has it. The rows are on the device once, and batches are gathered from there by their indices.

    Args:
        torch: The module ``torch``.
        trial: Gives epochs, batch size and seed.
        features: float32 of shape (rows, features).
        labels: float32 of shape (rows,).
        weights: float32 of shape (rows,), or None. They are divided by their mean over the whole train split.

    Raises:
        RankError: Batches have one row.
    """
    rows, size = len(features), min(trial.batch_size, len(features))
    if size < 2:
        raise RankError("Batch normalisation needs two rows in a batch at least: ask for more with --batch-size.")
    device = network.device(torch)
    x, y = torch.from_numpy(features).to(device), torch.from_numpy(labels).to(device)
    w = None if weights is None else torch.from_numpy(weights).to(device) / trial.dataset.weight_mean
    generator = torch.Generator().manual_seed(trial.seed)

    def gather() -> Iterator[Batch]:
        for _ in range(trial.epochs):
            order = torch.randperm(rows, generator=generator).to(device)
            for indices in order[: rows // size * size].split(size):
                weight = None if w is None else w.index_select(0, indices)
                yield x.index_select(0, indices), y.index_select(0, indices), weight

    return gather(), size, rows // size


def train(
    torch: Any,
    trial: Trial,
    trunk: nn.Module,
    batches: Iterable[Batch],
    whole: int,
    wrap: Callable[[Any], Any] | None = None,
    alive: Callable[[], None] = lambda: None,
) -> int:
    """Take a step for each batch, of a given network's own optimiser or of Adam, and return the number of steps.

    Adam is that of Keras' formula.

    Args:
        torch: The module ``torch``.
        trial: Gives the loss and Adam's step size.
        trunk: The module of that name out of `build`, or a wrapper around it.
        batches: Features, labels and weights of the rows of each.
        whole: Steps of the whole training.
        wrap: Returns the optimiser to use in place of the one that it is given.
        alive: Called now and then.
    """
    loss, steps = (heads.loss_of_answers if trial.network else heads.loss)(torch, trial.dataset), 0
    own = given.TORCH.optimiser(trial, trunk, whole)
    optimiser = own
    if own is None:
        optimiser = torch.optim.Adam(trunk.parameters(), trial.learning_rate, betas=(0.9, SECOND_MOMENT), fused=True)
    optimiser = wrap(optimiser) if wrap else optimiser
    trunk.train()
    for steps, (rows, labels, weights) in enumerate(batches, 1):
        losses = loss(trunk(rows), labels)
        optimiser.zero_grad()
        (losses if weights is None else losses * weights).mean().backward()
        for group in optimiser.param_groups if own is None else ():
            group["eps"] = EPSILON / (1 - SECOND_MOMENT**steps) ** 0.5
        optimiser.step()
        if steps % STEPS_BETWEEN_SIGNS == 0:
            alive()
    trunk.eval()
    if next(trunk.parameters()).is_cuda:
        torch.cuda.synchronize()  # until here the last steps are only queued, and their time would be somebody else's
    return steps


def correct_variances(torch: Any, model: nn.Module, size: int, steps: int) -> None:
    """Turn the moving variances of batch normalisation into those that Keras would have come to.

    PyTorch averages unbiased variances, Keras biased ones. Both begin with 1, of which a share is left. Those of a
    given network stay as PyTorch has them.

    Args:
        torch: The module ``torch``.
        model: Out of `network.mlp`, trained.
        size: Rows of each batch.
        steps: The steps taken.
    """
    left = (1 - network.MOMENTUM) ** steps
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm1d):
            layer.running_var.sub_(left).mul_((size - 1) / size).add_(left)
