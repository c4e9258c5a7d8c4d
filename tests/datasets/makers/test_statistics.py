"""Statistics of streams are right, and exact where the content of a dataset depends on them."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.datasets.makers.statistics import ExactMeans, Moments

floats = st.floats(width=32, allow_infinity=False, allow_nan=False)


def test_moments_of_portions_are_those_of_the_whole() -> None:
    """Means and standard deviations agree with numpy's to 12 digits, even where the mean is far from zero."""
    values = np.random.default_rng(0).normal([[0.0], [1e4], [-3e6]], [[1.0], [0.01], [5.0]], (3, 10_000)).astype("f4")
    moments = Moments(3)
    for portion in np.split(values, [1, 2, 500, 7000], axis=1):
        moments.add(portion)
    exact = values.astype(np.float64)
    np.testing.assert_allclose(moments.means(), exact.mean(axis=1), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(moments.stds(), exact.std(axis=1), rtol=1e-9)


def test_the_deviation_of_a_constant_is_one() -> None:
    """A constant column may be divided by its standard deviation."""
    moments = Moments(1)
    moments.add(np.full((1, 10), 0.1, np.float32))
    assert moments.stds() == (1.0,)


@given(st.lists(floats, min_size=1, max_size=50), st.randoms())
def test_exact_means_do_not_depend_on_the_order(values: list[float], order: random.Random) -> None:
    """The mean is the correctly rounded one, in whatever order and portions the values come."""
    shuffled = [*values, math.nan]
    order.shuffle(shuffled)
    means = ExactMeans(1)
    for portion in np.array_split(np.array([shuffled], np.float32), 3, axis=1):
        means.add(portion)
    exact = sum(map(Fraction, values), Fraction(0)) / len(values)
    assert means.means()[0] == np.float32(float(exact))


def test_a_column_without_values_has_no_mean() -> None:
    """The mean of nothing is NaN."""
    means = ExactMeans(2)
    means.add(np.array([[np.nan, np.nan], [1.0, np.nan]], np.float32))
    np.testing.assert_array_equal(means.means(), [np.nan, 1.0])
