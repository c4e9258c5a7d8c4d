"""What a family is: what is learned, with which settings, and how much of each is enough for its floor to hold."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Setting:
    """A number or a word that says how much is learned, or how; an option of `bench run`.

    Attributes:
        name: Its name in records; as an option it has dashes.
        default: Its value where nothing is said: a number, or one of `words`.
        help: What it means, for the option's help.
        most: The largest value.
        axis: Whether a run may have several values of it, each with cases of its own, as it may have of ``--workers``.
        enough: Whether a value is as much as the default, so that what was measured with the default holds.
        least: The smallest value.
        words: All of its values, where these are words.
    """

    name: str
    default: Any
    help: str
    most: int | None = None
    axis: bool = False
    enough: Callable[[Any, Any], bool] = operator.ge
    least: int = 1
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """What is learned. Inside a family strategies do the same work; across families they meet on time and quality.

    Attributes:
        name: Its name.
        settings: How much is learned.
        learning_rate: Step size of its optimiser, or shrinkage of its trees.
        works: Whether its strategies do any work; the control does none, and so is not graded.
        floor: Whether its strategies only do what every other way must do as well, and come to no answer: they are
            measured to compare with, and nothing of them is graded.
        standardises: Whether its strategies take features less their mean, over their standard deviation.
        one_answer: Whether all of its strategies come to the same answer, but for rounding.
        least_rows: Rows to train on with which its default training beats any answer that knows no feature.
        enough: Values of settings from which on it has learned enough for floors, where the default is too little.
        colour: Number of its colour and shape in charts, from 1; 0 for one of those that are left.
    """

    name: str
    settings: tuple[Setting, ...] = ()
    learning_rate: float = 0.0
    works: bool = True
    floor: bool = False
    standardises: bool = True
    one_answer: bool = False
    least_rows: int = 10_000
    enough: Mapping[str, Any] = field(default_factory=dict, hash=False)
    colour: int = 0

    def learned_enough(self, trial: Mapping[str, Any]) -> bool:
        """Return whether a trial learns as much as with the settings with which floors are measured.

        These are the defaults, but for those in `enough`.

        Args:
            trial: Its settings by name.
        """
        return all(
            setting.enough(trial[setting.name], self.enough.get(setting.name, setting.default))
            for setting in self.settings
        )
