"""Row groups of a split, and how workers share them: pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.datasets.format.manifest import SPLITS

FEW = 8  # row groups of a table for each rank, too few to hold the same kinds of rows as those of the others


@dataclass(frozen=True, slots=True)
class RowGroup:
    """One row group of a split, the smallest piece that one worker reads.

    Attributes:
        path: Path of its file, relative to the dataset's.
        index: Its number in the file, from 0.
        rows: How many of its rows are to be read.
        start: The first of them.
        split: Its split, where a file holds rows of both: then only the rows of this one count.
        step: Every so many rows are to be read.
    """

    path: str
    index: int
    rows: int
    start: int = 0
    split: str = ""
    step: int = 1


def listed(rows: Mapping[str, Sequence[int]]) -> list[RowGroup]:
    """Return all row groups of files.

    Args:
        rows: The rows of each row group, by file.
    """
    return [RowGroup(path, index, number) for path, groups in rows.items() for index, number in enumerate(groups)]


def shard(groups: Sequence[RowGroup], rank: int, world: int) -> list[RowGroup]:
    """Return the rows of one rank: every row has one rank, and ranks differ by one row at most.

    A row group that a border goes through is read by both ranks, each keeping its own rows.

    Args:
        groups: All row groups of the split.
        rank: The rank, from 0.
        world: Number of ranks.
    """
    total = sum(group.rows for group in groups)
    first, last = total * rank // world, total * (rank + 1) // world
    mine, at = [], 0
    for group in groups:
        start, stop = max(first, at), min(last, at + group.rows)
        if start < stop:
            mine.append(replace(group, start=group.start + start - at, rows=stop - start))
        at += group.rows
    return mine


def of_rank(groups: Sequence[RowGroup], rank: int, world: int, *, ordered: bool) -> list[RowGroup]:
    """Return the rows of one rank so that ranks have rows of the same kinds: a stretch of them where they are shuffled.

    The rows to train on of a registered table lie in its order. A stretch of a table by day has other days than all
    others: ranks that had one each would learn from labels of one class where it is sorted by them, and batch
    normalisation would find other means in each.

    Args:
        groups: All row groups of the split, whole.
        rank: The rank, from 0.
        world: Number of ranks.
        ordered: Whether the rows are sorted by their label, more or less.
    """
    if any(group.split != SPLITS[0] for group in groups):
        return shard(groups, rank, world)
    share_out = dealt if ordered or len(groups) < FEW * world else spread
    return share_out(groups, rank, world)


def spread(groups: Sequence[RowGroup], rank: int, world: int) -> list[RowGroup]:
    """Return the rows of one rank as `shard` does, but of row groups from all over the table: every so many-th one.

    Args:
        groups: All row groups of the split.
        rank: The rank, from 0.
        world: Number of ranks.
    """
    return shard([group for first in range(world) for group in groups[first::world]], rank, world)


def dealt(groups: Sequence[RowGroup], rank: int, world: int) -> list[RowGroup]:
    """Return the rows of one rank, dealt out like cards: every row has one rank, and ranks differ by one row at most.

    So each rank has rows of every stretch of a table that is sorted; it reads all row groups for them.

    Args:
        groups: All row groups of the split, whole.
        rank: The rank, from 0.
        world: Number of ranks.
    """
    mine, at = [], 0
    for group in groups:
        start = (rank - at) % world
        rows = len(range(start, group.rows, world))
        if rows:
            mine.append(replace(group, start=start, rows=rows, step=world))
        at += group.rows
    return mine


def portions(groups: Sequence[RowGroup], number: int) -> list[list[RowGroup]]:
    """Share row groups out, whole and in their order, so that portions have about equally many rows; none is empty.

    Args:
        groups: The row groups.
        number: Portions that are wanted; there are no more of them than row groups.
    """
    total, done = sum(group.rows for group in groups), 0
    parts: dict[int, list[RowGroup]] = {}
    for group in groups:
        # By its middle: a row group belongs to the portion that has most of it.
        middle = done + group.rows / 2
        parts.setdefault(int(middle * number / total), []).append(group)
        done += group.rows
    return list(parts.values())
