"""What the columns of a dataset in the making are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.problems import DEFAULT


@dataclass(frozen=True)
class Layout:
    """The columns of a dataset beside ``row_id``.

    Attributes:
        label: Name of the label.
        features: Names of the features.
        problem: Kind of problem.
        classes: Names of the classes, in the order of their codes; none where the label is no class.
        weight: Name of the column of weights; empty if there is none.
        categorical: Number of categories of each feature whose numbers are names.
    """

    label: str
    features: tuple[str, ...]
    problem: str = DEFAULT
    classes: tuple[str, ...] = ("0", "1")
    weight: str = ""
    categorical: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all, in the order in which they are written: label, weight, features."""
        return (self.label, *([self.weight] if self.weight else []), *self.features)

    @property
    def beside(self) -> int:
        """How many columns stand before the features."""
        return len(self.names) - len(self.features)
