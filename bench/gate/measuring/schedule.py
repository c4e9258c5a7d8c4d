"""In which order the arms run: the order matters more than the test that is applied afterwards.

On a machine whose speed wanders, all of one arm before all of the other finds "slowdowns" between a thing and itself in
one of seven cases; in the order ABBA, in one of three hundred (`tests/gate/test_schedule.py`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def order(pair: int) -> str:
    """Return the order of the arms, ``AB`` or ``BA``, in a pair of a case: ABBA ABBA and so on.

    Args:
        pair: Number of the pair, from 0.
    """
    return "BA" if pair % 2 else "AB"


class Shuffler:
    """Puts the cases of each round into a fresh random order, which the seed determines."""

    def __init__(self, seed: int) -> None:
        """Start.

        Args:
            seed: Recorded in the verdict.
        """
        self._random = random.Random(seed)  # noqa: S311 - no secret is made here

    def shuffle(self, items: Sequence[Item]) -> list[Item]:
        """Return the same items in another order."""
        return self._random.sample(items, len(items))
