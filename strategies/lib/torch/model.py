"""Loads a PyTorch model out of a file that ``torch.export.save`` has written."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import width
from strategies.lib.networks.answers import ModelError, needed, shown
from strategies.lib.torch import archive, network

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

    archive.refuse_code(path)
    try:
        with archive.tensors_only():
            program = torch.export.load(path)
        if torch.cuda.is_available():
            from torch.export.passes import move_to_device_pass

            program = move_to_device_pass(program, str(network.device(torch)))
        return program.module()
    except Exception as error:
        # A file that is no such program makes the loader raise anything.
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"it does not load as a PyTorch program ({reason}): {HOW_TO_SAVE}.") from error


def save(model: Any, directory: Path, features: int) -> None:
    """Save a model so that `load` reads it, without any code of the user's; the model is on the CPU then.

    Args:
        model: A module.
        directory: Directory for it, which is made.
        features: Number of features.

    Raises:
        ModelError: What it computes is no program of PyTorch's operators for any number of rows.
    """
    import torch
    import torch.export

    rows, sizes = torch.zeros((2, features)), ({0: torch.export.Dim.DYNAMIC},)
    try:
        program = torch.export.export(model.cpu().eval(), (rows,), dynamic_shapes=sizes)
    except Exception as error:
        # Its errors have no class in common.
        reason = " ".join(str(error).split())[:200]
        sentence = f"The model cannot be saved, since torch.export does not take it ({reason}): leave --save-model out."
        raise ModelError(sentence) from error
    directory.mkdir()
    torch.export.save(program, directory / "model.pt2")


def check(model: Any, dataset: Dataset) -> None:
    """Check that a model takes any number of rows of a dataset's features and gives answers of its kind of problem.

    Args:
        model: Out of `load`.
        dataset: The dataset.

    Raises:
        ModelError: It does not; the sentence says what to change.
    """
    import torch

    features = len(dataset.features)
    for rows in (1, 3):
        try:
            given = model(torch.zeros((rows, features), device=network.device(torch)))
        except (AssertionError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            sentence = f"it does not take {rows} rows of {features} features ({reason}): {HOW_TO_SAVE}."
            raise ModelError(sentence) from error
        check_outputs(given, rows, dataset)


def check_outputs(outputs: Any, rows: int, dataset: Dataset) -> None:
    """Check that what a model gave is a tensor of answers of a dataset's kind of problem, by its shape.

    Args:
        outputs: What it gave.
        rows: The rows that it was given.
        dataset: The dataset.

    Raises:
        ModelError: It is not.
    """
    import torch

    classes = width(dataset)
    if isinstance(outputs, torch.Tensor):
        shape = tuple(outputs.shape)
        if shape in ([(rows, classes)] if classes else [(rows,), (rows, 1)]):
            return
        gives = shown(tuple(None if place == 0 and size == rows else size for place, size in enumerate(shape)))
    else:
        gives = f"{len(outputs)} arrays" if isinstance(outputs, list | tuple | dict) else type(outputs).__name__
    raise ModelError(f"it gives {gives}, and {needed(dataset)}.")
