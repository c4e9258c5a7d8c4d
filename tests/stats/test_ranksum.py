"""The comparison of two samples: against scipy, against brute force, and against its own duality."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from bench.stats import ratio
from bench.stats.ranksum import EXACT_UP_TO, critical, estimates, p_slower

TIMES = st.integers(1, 40).map(lambda tenths: tenths / 10)  # few values, so that there are ties


def _drawn(n: int, m: int, rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(n * 100 + m)
    return np.exp(generator.normal(size=(rows, n))), np.exp(generator.normal(0.3, size=(rows, m)))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 8), (5, 5), (10, 10), (30, 17)])
def test_p_values_are_scipys_exact_ones(n, m):
    """Without ties the p-values of many comparisons at once are those of scipy's exact test."""
    a, b = _drawn(n, m)
    expected = mannwhitneyu(b, a, alternative="greater", method="exact", axis=-1).pvalue
    np.testing.assert_allclose(p_slower(a, b), expected, rtol=1e-12)


def test_large_samples_are_scipys_approximation_and_close_to_the_exact_value():
    """Above the limit the normal approximation stands in, and right at the limit it hardly differs."""
    a, b = _drawn(EXACT_UP_TO, EXACT_UP_TO, rows=20)
    exact = p_slower(a, b)
    approximate = mannwhitneyu(b, a, alternative="greater", method="asymptotic", axis=-1).pvalue
    np.testing.assert_allclose(exact, approximate, atol=1e-3)
    more = np.concatenate([a, a + 1e-9], axis=-1)
    assert ((p_slower(more, b) >= 0) & (p_slower(more, b) <= 1)).all()
    assert ratio(more[0], b[0]).low < ratio(more[0], b[0]).estimate < ratio(more[0], b[0]).high


@given(st.lists(TIMES, min_size=1, max_size=4), st.lists(TIMES, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_with_ties_the_p_value_is_that_of_all_permutations(a, b):
    """With ties, too, p is the share of all ways to deal the values out that put the second at least as high."""
    values = np.array([*a, *b])
    ranks = np.array([np.mean(np.flatnonzero(np.sort(values) == value)) for value in values])
    sums = [ranks[list(chosen)].sum() for chosen in itertools.combinations(range(len(values)), len(a))]
    expected = np.mean(np.array(sums) <= ranks[: len(a)].sum() + 1e-9)
    assert ratio(a, b).p_slower == pytest.approx(expected)


@given(st.lists(TIMES, min_size=4, max_size=9, unique=True), st.lists(TIMES, min_size=4, max_size=9, unique=True))
@settings(max_examples=60, deadline=None)
def test_the_interval_is_what_the_test_does_not_refuse(a, b):
    """The interval holds 1 exactly where the two-sided test at 5 % finds no difference."""
    second = [value * 1.0123 for value in b]  # no ties with the first
    found = ratio(a, second)
    assert found.low <= found.estimate <= found.high
    assert (found.p > 0.05) == (found.low <= 1 <= found.high)


@given(st.lists(TIMES, min_size=1, max_size=6), st.lists(TIMES, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_exchanging_the_samples_turns_the_ratio_around(a, b):
    """B against A is the inverse of A against B, interval and p-values included."""
    forth, back = ratio(a, b), ratio(b, a)
    assert forth.estimate == pytest.approx(1 / back.estimate)
    assert (forth.p_slower, forth.p_faster, forth.p) == pytest.approx((back.p_faster, back.p_slower, back.p))
    if forth.low is not None:
        assert (forth.low, forth.high) == pytest.approx((1 / back.high, 1 / back.low))


@pytest.mark.parametrize(("n", "m", "has"), [(1, 1, False), (3, 3, False), (3, 4, False), (4, 4, True), (2, 20, True)])
def test_too_few_measurements_have_no_interval(n, m, has):
    """Where not even the most extreme order is rarer than 1 in 20 there is no 95 % interval, and none is made up."""
    a, b = _drawn(n, m, rows=1)
    assert (ratio(a[0], b[0]).low is not None) == has


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """In 4,000 comparisons of 7 and 7 the 95 % interval holds the true ratio of 1.1 in at least 95 %."""
    generator = np.random.default_rng(1)
    a, b = np.exp(generator.normal(0, 0.05, (2, 4000, 7)))
    held = [found.low <= 1.1 <= found.high for found in map(ratio, a, b * 1.1)]
    assert np.mean(held) >= 0.95
    assert np.median(estimates(a, b * 1.1)) == pytest.approx(1.1, rel=0.003)


def test_the_critical_value_is_that_of_printed_tables():
    """For 10 and 10 measurements the tables' two-sided 5 % value of U is 23; for 5 and 5 it is 2."""
    assert (critical(10, 10, 0.025), critical(5, 5, 0.025)) == (23, 2)


@pytest.mark.parametrize(("a", "b"), [([], [1.0]), ([1.0], [0.0]), ([1.0], [-1.0]), ([float("nan")], [1.0])])
def test_what_has_no_ratio_is_refused(a, b):
    """No measurement, zero, negative and missing values are refused, and not turned into a number."""
    with pytest.raises(ValueError, match=r"cannot be compared|only positive"):
        ratio(a, b)
