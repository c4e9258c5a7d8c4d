"""What a family is: what is learned, with which settings, and how much of each is enough for its floor to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """A number that says how much is learned; an option of `bench run`.

    Attributes:
        name: Its name in records; as an option it has dashes.
        default: Its value where nothing is said.
        help: What it means, for the option's help.
        most: The largest value; the smallest is 1.
        axis: Whether a run may have several values of it, each with cases of its own, as it may have of ``--workers``.
        enough: Whether a value is as much as the default, so that what was measured with the default holds.
    """

    name: str
    default: int
    help: str
    most: int | None = None
    axis: bool = False
    enough: Callable[[int, int], bool] = int.__ge__


@dataclass(frozen=True)
class Family:
    """What is learned. Inside a family strategies do the same work; across families they meet on time and quality.

    Attributes:
        name: Its name.
        settings: How much is learned.
        learning_rate: Step size of its optimiser, or shrinkage of its trees.
        works: Whether its strategies do any work; the control does none, and so is not graded.
        one_answer: Whether all of its strategies come to the same answer, but for rounding.
        least_rows: Rows to train on with which its default training beats any answer that knows no feature.
        colour: Number of its colour and shape in charts, from 1; 0 for one of those that are left.
    """

    name: str
    settings: tuple[Setting, ...] = ()
    learning_rate: float = 0.0
    works: bool = True
    one_answer: bool = False
    least_rows: int = 10_000
    colour: int = 0

    def learned_enough(self, trial: Mapping[str, Any]) -> bool:
        """Return whether a trial learns as much as with the defaults, with which floors are measured.

        Args:
            trial: Its settings by name.
        """
        return all(setting.enough(trial[setting.name], setting.default) for setting in self.settings)
