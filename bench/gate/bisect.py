"""Narrows a slowdown down to a commit: the gate judges the commit in the middle, and one half is ruled out.

A commit is on the bad side if the gate finds it slower than the good one by more than half of the bad one's slowdown,
on a log scale: other commits on the way may have changed the time a little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.errors import UsageError
from bench.gate.arms import revisions
from bench.gate.verdict.verdict import disturbed_pairs

Side = Literal["good", "bad"]
Judge = Callable[[str], Side | None]


@dataclass(frozen=True)
class CommitRange:
    """The commits between which a slowdown began.

    Attributes:
        good: The newest commit that is known not to have it.
        bad: The oldest commit that is known to have it.
        undecided: Commits between them, which the gate could not judge.
    """

    good: str
    bad: str
    undecided: tuple[str, ...]


def narrow(good: str, later: Sequence[str], judge: Judge) -> CommitRange:
    """Find the first bad commit.

    Args:
        good: The good commit.
        later: The commits after it, the oldest first; the last one is bad.
        judge: Returns the side of a commit, None where the gate cannot tell: a neighbour is then judged instead.
    """
    newest_good, oldest_bad = -1, len(later) - 1
    undecided: set[int] = set()
    while between := [index for index in range(newest_good + 1, oldest_bad) if index not in undecided]:
        middle = (newest_good + oldest_bad) / 2
        index = min(between, key=lambda index: abs(index - middle))
        side = judge(later[index])
        if side == "good":
            newest_good = index
        elif side == "bad":
            oldest_bad = index
        else:
            undecided.add(index)
    left = tuple(later[index] for index in range(newest_good + 1, oldest_bad))
    return CommitRange(good if newest_good < 0 else later[newest_good], later[oldest_bad], left)


def side_of(entry: dict[str, Any], slowdown: float) -> Side | None:
    """Return the side of a commit that the gate has compared with the good one; None where it cannot tell.

    Args:
        entry: The case's entry of the verdict.
        slowdown: Time of the bad commit over that of the good one.
    """
    ratio, half = entry["ratio"], math.sqrt(slowdown)
    if not ratio or ratio["low"] is None or disturbed_pairs(entry["pairs"]):
        return None
    if entry["speed"] == "regression" and ratio["estimate"] > half:
        return "bad"
    return "good" if ratio["high"] < half else "bad" if ratio["low"] > half else None


def between(repository: Path, good: str, bad: str) -> list[str]:
    """Return the commits after the good one up to the bad one, the oldest first, along the first parents.

    Args:
        repository: Its top directory.
        good: A commit.
        bad: A commit.

    Raises:
        UsageError: The good one is no ancestor of the bad one.
    """
    commits = revisions.after(repository, good, bad)
    if not commits:
        raise UsageError(
            f"{good[:12]} is no ancestor of {bad[:12]}, so that no commit lies between them: give another --good."
        )
    return commits
