"""The interval of a crossover inside the data holds the truth, whichever way the ratio takes between two sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bench.findings.crossover import crossover

Law = Callable[[float], float]


def early(rows: float) -> float:
    """Seconds of one that starts at once."""
    return 1 + 3e-5 * rows


def late(rows: float) -> float:
    """Seconds of one that starts late, and is the faster from 250,000 rows on."""
    return 6 + 1e-5 * rows


def power(rows: float) -> float:
    """Seconds that grow with a power of the rows."""
    return 1.3 * (rows / 1e4) ** 0.3


@pytest.mark.parametrize(
    ("a", "b", "sizes", "truth"),
    [
        (early, late, (5e4, 1e5, 2e5, 4e5, 8e5), 2.5e5),
        (early, late, (5e4, 8e5), 2.5e5),  # between which the ratio is no power
        (lambda rows: 1.3 * rows / 1e4, power, (1e3, 1e5), 1e4),
    ],
    ids=["near", "far apart", "powers"],
)
@pytest.mark.parametrize("noise", [0.03, 0.08])
def test_the_interval_holds_the_truth(a: Law, b: Law, sizes: Sequence[float], truth: float, noise: float) -> None:
    """In nine of ten runs of five repeats at least, and it is no wider than it need be."""
    random = np.random.default_rng(4)
    held, widths = [], []
    for _ in range(100):
        seconds = {
            round(rows): tuple((law(rows) * np.exp(random.normal(0, noise, 5))).tolist() for law in (a, b))
            for rows in sizes
        }
        found = crossover("a", "b", seconds)
        assert found
        if found.low and found.high:
            held.append(found.low <= truth <= found.high)
            widths.append(found.high / found.low)
    assert len(held) > 90
    assert np.mean(held) >= 0.90
    assert np.median(widths) < 2.5
