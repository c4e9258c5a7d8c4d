"""Sums of ranks are the same on each, in the order of the ranks, and end with an error where one leaves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import sums

SPARK: Any = SimpleNamespace(conf=SimpleNamespace(get=lambda _: "127.0.0.1"))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads that stand for ranks."""
    with ThreadPoolExecutor(3) as ranks:
        yield ranks


def test_all_ranks_get_one_sum(pool: ThreadPoolExecutor) -> None:
    """Each gets the sum of all, again and again, in its own shape and to the last bit."""
    own = np.random.default_rng(0).normal(size=(3, 5, 2000, 4))

    def rank(index: int) -> list[np.ndarray]:
        with sums.connect(address, index) as add:
            return [add(array) for array in own[index]]

    with sums.serve(SimpleNamespace(workers=3), SPARK) as address:
        found = list(pool.map(rank, range(3)))
    for totals in found:
        np.testing.assert_array_equal(totals, own[0] + own[1] + own[2])
    assert repr(address.key) not in repr(address)


def test_a_rank_that_leaves_ends_the_others(pool: ThreadPoolExecutor) -> None:
    """A rank that waits for one that has gone gets an error that says so."""

    def leave(index: int) -> None:
        with sums.connect(address, index) as add:
            add(np.zeros(2))

    def stay(index: int) -> None:
        with sums.connect(address, index) as add:
            add(np.zeros(2))
            add(np.zeros(2))

    with sums.serve(SimpleNamespace(workers=2), SPARK) as address:
        stays, _ = pool.submit(stay, 0), pool.submit(leave, 1)
        with pytest.raises(RankError, match="Rank 0 got no sum: another rank has ended"):
            stays.result(timeout=200)


def test_ranks_that_never_come_do_not_hold_the_driver() -> None:
    """Where a stage failed before its ranks came, the block ends all the same."""
    with sums.serve(SimpleNamespace(workers=2), SPARK) as address:
        pass
    refused = r"Rank 1 cannot reach the driver at 127\.0\.0\.1 \(Connection refused\)"
    with pytest.raises(RankError, match=refused), sums.connect(address, 1):
        pass


def test_a_stranger_takes_no_part(pool: ThreadPoolExecutor) -> None:
    """Who does not show the key is no rank."""

    def rank(index: int) -> np.ndarray:
        with sums.connect(address, index) as add:
            return add(np.ones(1))

    with sums.serve(SimpleNamespace(workers=2), SPARK) as address:
        stranger = sums.SumAddress(address.host, address.port, bytes(sums.KEY_BYTES))
        with sums.connect(stranger, 0):
            found = list(pool.map(rank, range(2)))
    assert [float(total[0]) for total in found] == [2.0, 2.0]
