"""Shares of row groups: whatever the row groups and the ranks, each row has one rank, and shares are equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rows import groups
from bench.rows.groups import RowGroup

FILES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(st.integers(0, 40), max_size=12), max_size=3)
WORLDS = st.integers(1, 9)
few = settings(max_examples=60, deadline=None)


def rows_of(share: list[RowGroup]) -> list[tuple[str, int, int]]:
    """Return file, row group and number of each row of a share."""
    return [
        (group.path, group.index, group.start + group.step * number) for group in share for number in range(group.rows)
    ]


@pytest.mark.parametrize("share_out", [groups.shard, groups.spread, groups.dealt])
@few
@given(files=FILES, world=WORLDS)
def test_each_row_has_one_rank(
    share_out: Callable[[list[RowGroup], int, int], list[RowGroup]], files: dict[str, list[int]], world: int
) -> None:
    """No row is lost or taken twice, none is there that is not, and ranks differ by one row at most."""
    every = groups.listed(files)
    shares = [rows_of(share_out(every, rank, world)) for rank in range(world)]
    assert Counter(row for share in shares for row in share) == Counter(rows_of(every))
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1


@few
@given(files=FILES, world=WORLDS, rank=st.integers(0, 8), ordered=st.booleans())
def test_a_rank_s_share_is_the_same_each_time(
    files: dict[str, list[int]], world: int, rank: int, ordered: bool
) -> None:
    """It depends on row groups and ranks alone, and is one of the three ways."""
    every = [RowGroup(one.path, one.index, one.rows, split="train") for one in groups.listed(files)]
    found = groups.of_rank(every, rank % world, world, ordered=ordered)
    assert found == groups.of_rank(every, rank % world, world, ordered=ordered)
    assert found in [share(every, rank % world, world) for share in (groups.shard, groups.spread, groups.dealt)]


@few
@given(sizes=st.lists(st.integers(1, 1000), min_size=1, max_size=40), number=st.integers(1, 50))
def test_portions_keep_row_groups_whole_and_in_order(sizes: list[int], number: int) -> None:
    """Together they are all, none is empty, and none has more than its part and one row group."""
    every = groups.listed({"a": sizes})
    parts = groups.portions(every, number)
    assert [group for part in parts for group in part] == every
    assert all(parts)
    assert len(parts) <= number
    assert all(sum(group.rows for group in part) <= sum(sizes) / number + max(sizes) for part in parts)
