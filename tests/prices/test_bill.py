"""What a job costs: the formulas, against a simulation where there is chance in it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bench.prices.bill import Checkpoints, drawn_s, expected_s, interruptions, longest_s, price
from bench.prices.machine_types import MachineType, SpotTerms

MACHINE = MachineType("m", 8, 32 * 2**30, 0.36, spot=SpotTerms(0.18, 0.01))
HOUR = 3600.0


def test_on_demand() -> None:
    """Nodes times hours, a driver of its own, what each job costs, and the least that is billed."""
    assert price(MACHINE, 4, HOUR) == pytest.approx(1.44)
    assert price(MACHINE, 1, HOUR, spot=True) == pytest.approx(0.18)
    dear = dataclasses.replace(MACHINE, least_s=600, driver_hour=0.06, once=2.0)
    assert price(dear, 1, 60) == pytest.approx((0.36 + 0.06) / 6 + 2)


@pytest.mark.parametrize("nodes", [1, 16, 64])
@pytest.mark.parametrize("again_s", [0.0, 360.0])
def test_the_expected_time_is_that_of_a_simulation(nodes: int, again_s: float) -> None:
    """Two hours on up to 64 nodes, of which one in a hundred is taken back each hour: within 2 %."""
    work, rate = 2 * HOUR, interruptions(MACHINE, nodes, 1.0)
    drawn = drawn_s(np.full(40_000, work), rate, again_s, np.random.default_rng(7))
    assert drawn.mean() == pytest.approx(expected_s(work, rate, again_s), rel=0.02)
    assert drawn.min() >= work


def test_published_figures() -> None:
    """Two hours on 64 nodes at 1 % an hour, 6 min to come back: 4.3 h, so that spot pays below 46 % of the price."""
    expected = expected_s(2 * HOUR, interruptions(MACHINE, 64, 1.0), 360.0)
    assert expected / HOUR == pytest.approx(4.3, abs=0.05)
    assert 2 * HOUR / expected == pytest.approx(0.46, abs=0.01)


@pytest.mark.parametrize(
    "saved", [Checkpoints(900, 30), Checkpoints(900), Checkpoints(5000, 60), Checkpoints(9000, 60)]
)
@pytest.mark.parametrize("nodes", [16, 64])
def test_with_checkpoints_too(saved: Checkpoints, nodes: int) -> None:
    """What is saved is not done again, and writing takes its time: within 2 % of a simulation."""
    work, rate = 2 * HOUR, interruptions(MACHINE, nodes, 1.0)
    drawn = drawn_s(np.full(40_000, work), rate, 360.0, np.random.default_rng(7), saved)
    assert drawn.mean() == pytest.approx(expected_s(work, rate, 360.0, saved), rel=0.02)


def test_checkpoints_of_a_published_figure() -> None:
    """Two hours on 64 nodes at 1 % an hour with one of 36 s each 15 min: 2.4 h; and none is written at the end."""
    rate = interruptions(MACHINE, 64, 1.0)
    assert expected_s(2 * HOUR, rate, 360.0, Checkpoints(900, 36)) / HOUR == pytest.approx(2.4, abs=0.05)
    assert expected_s(2 * HOUR, 0.0, 360.0, Checkpoints(HOUR, 60)) == 2 * HOUR + 60
    assert expected_s(2 * HOUR, rate, 360.0, Checkpoints(3 * HOUR, 60)) == expected_s(2 * HOUR, rate, 360.0)
    assert longest_s(2 * HOUR, Checkpoints(900, 30)) == 930


def test_without_interruptions_nothing_is_added() -> None:
    """A rate of nought is the work alone, and a tiny one almost."""
    assert expected_s(100, 0.0, 50) == 100
    assert expected_s(100, 1e-12, 50) == pytest.approx(100)
    assert drawn_s(np.array([1.0, 2.0]), 0.0, 9.0, np.random.default_rng(0)).tolist() == [1.0, 2.0]
