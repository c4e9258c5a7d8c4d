"""The width of intervals by a user's own scores."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bench.advise import calibration, scores
from bench.advise.calibration import LEAST_OWN, LEVELS, Calibration
from bench.advise.forecast import forecaster
from bench.advise.scores import ForecastScore
from tests.advise import worlds

REACHES = (2.0, 4.0, 8.0)


def scored(random: np.random.Generator, mix: tuple[float, ...], number: int, bend: float) -> list[ForecastScore]:
    """Forecasts of strategies whose cost of a row also grows by a power of the reach, and what came."""
    found = []
    for place in range(number):
        each, reach = worlds.lone(random, mix), float(random.choice(REACHES))
        top = worlds.LADDER[4]
        said = forecaster(each.points(worlds.LADDER[:5], repeats=2)).at(top * reach)
        ends = said.estimate, said.low80, said.high80, said.low95, said.high95
        came = each.time(top * reach) * reach**bend
        found.append(
            ForecastScore(f"s{place}", "time_s", 1, f"r{place}", "", said.reach, said.own_error, *ends, measured=came)
        )
    return found


def held(found: list[ForecastScore], table: Calibration) -> list[float]:
    """The share of the forecasts that the intervals of a calibration hold, for each level."""
    return [
        float(
            np.mean(
                [
                    abs(math.log(each.measured / each.estimate))
                    <= table.half_width(level, each.reach or 1.0, each.own_error)
                    for each in found
                ]
            )
        )
        for level in LEVELS
    ]


@pytest.mark.parametrize(
    ("mix", "bend", "wider"), [(worlds.HARSH, 0.25, True), (worlds.USUAL, 0.0, None), ((1, 0, 0, 0, 0), 0.0, False)]
)
def test_own_scores_make_intervals_hold(mix: tuple[float, ...], bend: float, wider: bool | None) -> None:
    """Where the package's curves are too friendly, or too harsh, 24 scores make both intervals hold what they say."""
    random = np.random.default_rng(3)
    package, own, times = [], [], []
    for _ in range(12):  # users, each with strategies of its own
        table = scores.own_calibration(scored(random, mix, 24, bend))
        others = scored(random, mix, 50, bend)
        package.append(held(others, calibration.load()))
        own.append(held(others, table))
        times.append([table.times[level] for level in LEVELS])
    narrow, wide = np.mean(own, axis=0)
    assert 0.75 <= narrow <= (0.90 if wider is not False else 1.0)
    assert wide >= 0.92
    if wider:
        assert np.mean(package, axis=0)[0] < 0.65, "the package's intervals would not hold there"
        assert np.mean(times) > 1.3
    if wider is False:
        assert np.mean(times) < 0.8


def test_few_scores_change_nothing() -> None:
    """So few have no quantile of 95 in 100; memory and grades do not count."""
    random = np.random.default_rng(4)
    found = scored(random, worlds.USUAL, LEAST_OWN, 1.0)
    assert scores.own_calibration(found[1:]) == calibration.load()
    assert scores.own_calibration([replace(each, kind="memory_bytes") for each in found]) == calibration.load()
    assert scores.own_calibration(found).own == LEAST_OWN


def test_the_wide_interval_stays_the_wide_one() -> None:
    """Whatever the scores are, an interval of 95 in 100 is no narrower than one of 80, at any reach."""
    table = calibration.load().by_own({0.80: [2.0] * LEAST_OWN, 0.95: [0.1] * LEAST_OWN})
    for reach in (1, 2, 5, 16, 64):
        narrow, wide = (table.half_width(level, reach, 0.1) for level in LEVELS)
        assert narrow <= wide * (1 + 1e-9)
