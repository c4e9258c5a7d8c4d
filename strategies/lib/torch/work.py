"""How much a network computes, and how much its workers exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from bench import Trial


def measure(torch: Any, trial: Trial, model: nn.Module) -> None:
    """Leave a network's parameters, floating-point operations and bytes of gradients for the record.

    Operations are those of matrix products, which PyTorch's counter knows: 2 for a multiplication and its addition.

    Args:
        torch: The module ``torch``.
        trial: The trial.
        model: Its model.
    """
    from torch.utils.flop_counter import FlopCounterMode

    trained = [tensor for tensor in model.parameters() if tensor.requires_grad]
    row = torch.zeros((1, len(trial.dataset.features)), device=trained[0].device)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(row)
    trial.measure("parameters", sum(tensor.numel() for tensor in trained))
    trial.measure("flops_per_row", counter.get_total_flops())
    if trial.workers > 1:
        trial.measure("allreduce_bytes_per_step", sum(tensor.numel() * tensor.element_size() for tensor in trained))
