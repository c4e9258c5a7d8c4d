"""The set that cannot be told from the best (acceptance test A9)."""

import numpy as np
import pytest

from bench.stats import best, repeats_needed
from bench.stats.best import holm, not_told_apart

SIMULATIONS, STRATEGIES, BLOCKS, CV = 20_000, 8, 7, 0.05


def _blocks(seed: int) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(0, CV, (SIMULATIONS, STRATEGIES, BLOCKS)))


def test_a9_the_set_holds_the_best():
    """A9: with one of 8 ahead by 10 % at CV 5 % and 7 blocks, the set holds it in at least 98 %."""
    seconds = _blocks(1)
    seconds[:, 3] /= 1.1
    inside = not_told_apart(seconds)
    assert inside[:, 3].mean() >= 0.98
    assert inside.sum(axis=1).mean() < 2.5  # and it is no set of all


def test_a9_equals_tie():
    """A9: where all 8 are equal, "tie" is said in at least 95 %; a single one is left out in about one of 8."""
    inside = not_told_apart(_blocks(2))
    assert (inside.sum(axis=1) > 1).mean() >= 0.95
    assert inside.all(axis=1).mean() >= 0.85


def test_one_comparison_is_the_same_as_many():
    """`best` says of one comparison what the vectorised form says of it."""
    seconds = _blocks(3)[:50]
    seconds[:, 0] *= 1.2
    for row, inside in zip(seconds, not_told_apart(seconds), strict=True):
        found = best({str(index): list(values) for index, values in enumerate(row)})
        assert {int(name) for name in found.together} == set(np.flatnonzero(inside))
        assert found.enough


def test_the_rest_is_behind_by_its_ratio():
    """Those that are not in the set are behind by a ratio with an interval."""
    found = best({"fast": [1.0, 1.01, 1.02, 1.03, 1.04], "slow": [2.0, 2.01, 2.02, 2.03, 2.04]})
    assert (found.leader, found.together, found.tie) == ("fast", ("fast",), False)
    assert found.behind["slow"].low > 1.9


def test_few_measurements_tell_nothing_apart():
    """With one measurement of each all are in the set, whatever the distance, and it says that there were too few."""
    found = best({"fast": [1.0], "slow": [100.0]})
    assert found.tie
    assert not found.enough
    alone = best({"only": [1.0]})
    assert (alone.together, alone.tie) == (("only",), False)


@pytest.mark.parametrize(("number", "repeats"), [(2, 3), (8, 5), (13, 5), (14, 6)])
def test_the_repeats_that_are_needed_are_the_fewest(number, repeats):
    """As many repeats as it says are enough to tell strategies apart that do not overlap, and one less is not."""
    assert repeats_needed(number) == repeats
    for given, enough in ((repeats, True), (repeats - 1, False)):
        found = best(
            {
                f"{index}": [10 ** (index > 0) + 0.001 * (index + number * at) for at in range(given)]
                for index in range(number)
            }
        )
        assert found.enough == enough
        assert found.tie != enough


def test_holm_stops_at_the_first_that_holds():
    """A hypothesis with a small p-value is kept where one with a smaller one was kept."""
    assert holm(np.array([0.001, 0.03, 0.04])).tolist() == [True, False, False]
    assert holm(np.array([0.04, 0.001, 0.02])).tolist() == [True, True, True]


def test_nobody_is_refused():
    """Where nobody was measured there is no best."""
    with pytest.raises(ValueError, match="measured"):
        best({})
    with pytest.raises(ValueError, match="measured"):
        best({"unmeasured": []})
