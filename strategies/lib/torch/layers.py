"""The layers that PyTorch does not have; imports PyTorch, so that only functions import this module."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


class Standardisation(nn.Module):  # type: ignore[misc]
    """Subtracts a fixed number from each column and divides by another."""

    def __init__(self, means: Sequence[float], stds: Sequence[float]) -> None:
        """Keep the numbers as buffers, which are saved with the model and are not learned.

        Args:
            means: The numbers to subtract.
            stds: The numbers to divide by.
        """
        super().__init__()
        self.register_buffer("means", torch.tensor(means, dtype=torch.float32))
        self.register_buffer("stds", torch.tensor(stds, dtype=torch.float32))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return float32 of the shape of ``rows``, (rows, columns)."""
        return (rows - self.means) / self.stds


class Unit(nn.Module):  # type: ignore[misc]
    """Turns a standardised number into one of the label's unit."""

    def __init__(self, mean: float, std: float) -> None:
        """Remember the label's mean and standard deviation."""
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, outputs: torch.Tensor) -> torch.Tensor:
        """Return float32 of the shape of ``outputs``."""
        return outputs * self.std + self.mean


class AnswerColumn(nn.Module):  # type: ignore[misc]
    """Makes a matrix of one column where there is one number for each row."""

    def forward(self, outputs: torch.Tensor) -> torch.Tensor:
        """Return a tensor of shape (rows, columns) out of one of that shape or of shape (rows,)."""
        return outputs.unsqueeze(1) if outputs.dim() == 1 else outputs


class Categories(nn.Module):  # type: ignore[misc]
    """Standardises the numbers of a row, and puts what is learned of its categories before them."""

    def __init__(
        self,
        places: Sequence[int],
        starts: Sequence[int],
        width: int,
        others: Sequence[int],
        standardisation: Standardisation,
    ) -> None:
        """Make one table for the categories of all features.

        Args:
            places: Places of the features that are categories.
            starts: The first row in the table of each of these, and the number of all rows.
            width: Numbers that stand for a category.
            others: Places of all other features.
            standardisation: Standardises these.
        """
        super().__init__()
        self.register_buffer("places", torch.tensor(places, dtype=torch.int64))
        self.register_buffer("starts", torch.tensor(starts[:-1], dtype=torch.int64))
        self.register_buffer("others", torch.tensor(others, dtype=torch.int64))
        self.table = nn.Embedding(starts[-1], width)
        nn.init.uniform_(self.table.weight, -0.05, 0.05)  # as Keras begins
        self.standardisation = standardisation

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return float32 of shape (rows, columns) out of raw features of shape (rows, features)."""
        learned = self.table(rows.index_select(1, self.places).long() + self.starts).flatten(1)
        return torch.cat([learned, self.standardisation(rows.index_select(1, self.others))], dim=1)
