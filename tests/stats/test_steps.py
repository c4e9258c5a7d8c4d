"""Steps are found where they are, and hardly ever where there are none; nights are simulated, with fixed seeds (A7)."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.stats.steps import LEAST_NIGHTS, WINDOW, alarming, steps, strongest_split

Nights = NDArray[np.float64]
RUNS = 5  # of each revision in a night
STEP = np.log(1.10)


def simulated(rng: np.random.Generator, *shape: int, tail: bool, sd: float = 0.02) -> Nights:
    """Return log-ratios of nights without a change, as a night finds them: the median of all ratios of 5 and 5 runs.

    With a tail, a tenth of all runs is delayed further by an exponential of mean 4 times their own noise. Either way
    the standard deviation of a night's figure is ``sd``.
    """

    def runs(*of: int) -> Nights:
        delayed = (rng.random(of) < 0.1) * rng.exponential(4, of) if tail else 0
        return rng.normal(size=of) + delayed

    reference, candidate = runs(*shape, RUNS), runs(*shape, RUNS)
    figures = np.median((candidate[..., None] - reference[..., None, :]).reshape(*shape, -1), axis=-1)
    return figures * sd / (0.815 if tail else 0.661)  # what 200,000 nights have


def alarms(series: Nights) -> bool:
    """Return whether the last of these nights alarms."""
    return bool(alarming(steps(series), len(series)))


@pytest.mark.parametrize("tail", [False, True])
def test_nights_of_nothing_hardly_ever_alarm(tail: bool) -> None:
    """Of 4,000 nights without a change, at most 0.5 in 100 say that there was one, counting each night that says so."""
    series = simulated(np.random.default_rng(7), 4000, tail=tail)
    seen = [alarms(series[max(0, end - WINDOW) : end]) for end in range(1, len(series) + 1)]
    assert sum(seen) <= 0.005 * len(series)


@pytest.mark.parametrize("tail", [False, True])
def test_a_slowdown_is_found_within_three_nights(tail: bool) -> None:
    """A step of 10 % at a nightly standard deviation of 2 % alarms in the first three nights, in 85 % and more."""
    series = simulated(np.random.default_rng(8), 400, WINDOW + 3, tail=tail)
    series[:, WINDOW:] += STEP
    found = [any(alarms(nights[:end]) for end in range(WINDOW + 1, WINDOW + 4)) for nights in series]
    assert np.mean(found) >= 0.85


@pytest.mark.parametrize("tail", [False, True])
def test_a_step_is_found_where_it_is(tail: bool) -> None:
    """Ten nights later the step's night is right to the night in nine of ten, and its size within 2 % of the truth."""
    series = simulated(np.random.default_rng(9), 200, 40, tail=tail)
    series[:, 30:] += STEP
    found = [steps(nights) for nights in series]
    assert np.mean([[step.at for step in one] == [30] for one in found]) >= 0.9
    assert np.median([one[0].ratio for one in found]) == pytest.approx(1.10, abs=0.02)


def test_an_improvement_is_a_step_and_no_alarm() -> None:
    """What became faster is found, and alarms nobody."""
    series = simulated(np.random.default_rng(1), 40, tail=False)
    series[36:] -= STEP
    (step,) = steps(series)
    assert (step.at, step.slower) == (36, False)
    assert not alarming([step], 40)


def test_an_old_slowdown_alarms_no_more() -> None:
    """A slower segment that began eight nights ago is drawn, and alarms nobody."""
    series = simulated(np.random.default_rng(2), 40, tail=False)
    series[30:] += STEP
    assert [alarms(series[:end]) for end in (36, 37, 38, 40)] == [True, True, False, False]


def test_two_steps_in_one_window_are_two() -> None:
    """Up and down again are told apart, each with its own night."""
    series = simulated(np.random.default_rng(3), 50, tail=False)
    series[20:35] += STEP
    assert [(step.at, step.slower) for step in steps(series)] == [(20, True), (35, False)]


def test_a_step_older_than_a_window_stays_found() -> None:
    """In a long history each step is found once, though every window sees a part only."""
    series = simulated(np.random.default_rng(4), 200, tail=False)
    series[33:] += STEP
    series[120:] -= 2 * STEP
    assert [step.at for step in steps(series)] == [33, 120]


def test_a_small_step_is_none() -> None:
    """However sure it is, less than 3 % is no step."""
    series = np.array([0.0, 0.001] * 20)
    assert steps(np.where(np.arange(40) < 20, series, series + 0.025)) == ()
    assert len(steps(np.where(np.arange(40) < 20, series, series + 0.035))) == 1


@pytest.mark.parametrize("nights", [0, 1, 2, 3])
def test_too_few_nights_have_no_step(nights: int) -> None:
    """Fewer nights than two segments need have no step, however far they lie apart."""
    assert steps(np.arange(nights, dtype=float)) == ()


def test_equal_nights_have_no_step_and_equal_levels_do() -> None:
    """Without any noise, sameness is no step and a difference is one."""
    assert steps([0.1] * 30) == ()
    (step,) = steps([0.0] * 20 + [0.2] * 2)
    assert (step.at, step.p) == (20, 0.0)


def test_a_figure_that_is_none_is_refused() -> None:
    """A series with a NaN is a mistake of the caller's."""
    with pytest.raises(ValueError, match="finite"):
        steps([0.0, float("nan")])


def test_the_fast_sums_are_the_formula() -> None:
    """The split by cumulative sums is where the plain formula of the energy distance is greatest."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        values = rng.normal(size=12)
        values[rng.integers(2, 10) :] += rng.normal()
        borders = range(LEAST_NIGHTS, 12 - LEAST_NIGHTS + 1)
        assert strongest_split(values) == max(borders, key=lambda border: _energy(values[:border], values[border:]))


def _energy(x: Nights, y: Nights) -> float:
    n, m = len(x), len(y)
    between = np.mean([abs(a - b) for a in x for b in y])
    inside = [np.mean([abs(v[i] - v[j]) for i in range(len(v)) for j in range(i)]) for v in (x, y)]
    return float(n * m / (n + m) * (2 * between - inside[0] - inside[1]))
