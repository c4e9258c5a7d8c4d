"""Loads a PyTorch model out of a file that ``torch.export.save`` has written."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import width
from strategies.lib.networks.answers import ModelError, needed, shown
from strategies.lib.torch import network

if TYPE_CHECKING:
    from bench import Dataset

ABSENT = "it is a PyTorch model, and torch is not installed here: pip install 'tf-spark-bench[torch]'."
HOW_TO_SAVE = (
    "save it by torch.export.save, out of torch.export.export with dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)"
)


def is_missing() -> bool:
    """Return whether PyTorch is not installed here; imports nothing."""
    return importlib.util.find_spec("torch") is None


def load(path: Path) -> Any:
    """Load a model, without any code of its own: a program of PyTorch's operators, and weights.

    Args:
        path: The file.

    Returns:
        A module, on the device that models run on.

    Raises:
        ModelError: It cannot be loaded.
    """
    import torch
    import torch.export

    try:
        program = torch.export.load(path)
        if torch.cuda.is_available():
            from torch.export.passes import move_to_device_pass

            program = move_to_device_pass(program, str(network.device(torch)))
        return program.module()
    except Exception as error:
        # A file that is no such program makes the loader raise anything.
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"it does not load as a PyTorch program ({reason}): {HOW_TO_SAVE}.") from error


def check(model: Any, dataset: Dataset) -> None:
    """Check that a model takes any number of rows of a dataset's features and gives answers of its kind of problem.

    Args:
        model: Out of `load`.
        dataset: The dataset.

    Raises:
        ModelError: It does not; the sentence says what to change.
    """
    import torch

    features, classes = len(dataset.features), width(dataset)
    for rows in (1, 3):
        try:
            given = model(torch.zeros((rows, features), device=network.device(torch)))
        except (AssertionError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            sentence = f"it does not take {rows} rows of {features} features ({reason}): {HOW_TO_SAVE}."
            raise ModelError(sentence) from error
        shape = tuple(given.shape) if isinstance(given, torch.Tensor) else given
        if not isinstance(shape, tuple) or shape not in ([(rows, classes)] if classes else [(rows,), (rows, 1)]):
            gives = shown((None, *shape[1:]) if isinstance(given, torch.Tensor) else given)
            raise ModelError(f"it gives {gives}, and {needed(dataset)}.")
