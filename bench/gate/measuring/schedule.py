"""The order of the arms and the cases: it matters more than the test that is applied afterwards.

Where the speed of a machine wanders, running all of one arm before all of the other finds "slowdowns" between a thing
and itself in one of seven cases; the order ABBA does so in one of three hundred
(`tests/gate/measuring/test_schedule.py`).
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
        """Seed the order.

        Args:
            seed: The seed, which the verdict records.
        """
        self._random = random.Random(seed)  # noqa: S311 - no secret is made here

    def shuffle(self, items: Sequence[Item]) -> list[Item]:
        """Return the same items in another order."""
        return self._random.sample(items, len(items))
