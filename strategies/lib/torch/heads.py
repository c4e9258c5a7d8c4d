"""The last layer of the network and its loss, for each kind of problem: those of `strategies.lib.keras.heads`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from bench import Dataset

PROBLEMS = ("binary", "multiclass", "regression")
LEAST_PROBABILITY = 1e-7  # in losses of probabilities, as Keras has it


def answer(torch: Any, dataset: Dataset) -> nn.Module:
    """Return the fixed layer that turns outputs into answers: probabilities, or a number in the label's own unit.

    Args:
        torch: The module ``torch``.
        dataset: Gives the kind of problem, and the label's mean and standard deviation.
    """
    found: dict[str, Callable[[], nn.Module]] = {
        "binary": torch.nn.Sigmoid,
        "multiclass": lambda: torch.nn.Softmax(dim=1),
        "regression": lambda: unit(torch, dataset),
    }
    return found[dataset.problem]()


def unit(torch: Any, dataset: Dataset) -> nn.Module:
    """Return the fixed layer that undoes the standardisation of the label; it does nothing where that is a class.

    Args:
        torch: The module ``torch``.
        dataset: Gives the kind of problem, and the label's mean and standard deviation.
    """
    from strategies.lib.torch.layers import Unit

    standardised = {"binary": False, "multiclass": False, "regression": True}[dataset.problem]
    return Unit(dataset.label_mean, dataset.label_std) if standardised else torch.nn.Identity()


def loss(torch: Any, dataset: Dataset) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the loss of each row: cross-entropy of classes, the squared error of a standardised number.

    Args:
        torch: The module ``torch``.
        dataset: Gives the kind of problem, and the label's mean and standard deviation.

    Returns:
        Takes outputs, float32 of shape (rows, outputs), and labels, float32 of shape (rows,); returns shape (rows,).
    """
    functional = torch.nn.functional

    def squared_error(outputs: Tensor, labels: Tensor) -> Tensor:
        squared: Tensor = (outputs[:, 0] - (labels - dataset.label_mean) / dataset.label_std) ** 2
        return squared

    found: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "binary": lambda outputs, labels: functional.binary_cross_entropy_with_logits(
            outputs[:, 0], labels, reduction="none"
        ),
        "multiclass": lambda outputs, labels: functional.cross_entropy(outputs, labels.long(), reduction="none"),
        "regression": squared_error,
    }
    return found[dataset.problem]


def loss_of_answers(torch: Any, dataset: Dataset) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the same loss where the outputs are answers: probabilities, or a standardised number.

    Args:
        torch: The module ``torch``.
        dataset: Gives the kind of problem, and the label's mean and standard deviation.

    Returns:
        Takes and returns what that of `loss` does.
    """
    found: dict[str, Callable[[Tensor], Tensor]] = {
        "binary": lambda answers: torch.logit(answers, eps=LEAST_PROBABILITY),
        "multiclass": lambda answers: answers.clamp_min(LEAST_PROBABILITY).log(),
        "regression": lambda answers: answers,
    }
    before, after = found[dataset.problem], loss(torch, dataset)
    return lambda answers, labels: after(before(answers), labels)
