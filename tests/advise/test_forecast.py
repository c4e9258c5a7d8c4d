"""Forecasts of time: on curves of others, and with intervals that hold what they promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bench.advise import calibration
from bench.advise.fit import SizePoint, fit, held_out_error
from bench.advise.forecast import forecaster
from tests.advise import worlds
from tests.advise.calibration_script import calibrate


@pytest.fixture(scope="module")
def misses() -> list[Any]:
    """What the forecasts of all real curves missed by."""
    return [*calibrate.published(), *calibrate.own()]


def quantiles(misses: list[Any]) -> tuple[float, float]:
    """The median and the 90th percentile of the error, as shares."""
    errors = np.abs([found.error for found in misses])
    return tuple(np.expm1(np.quantile(errors, [0.5, 0.9])))


def test_ten_times_the_rows_of_published_curves() -> None:
    """From 1e5 and 1e6 rows the error at 1e7 is 25 % in the median at most, and 75 % at the 90th percentile."""
    found = []
    for curve in calibrate.published_curves():
        seconds = {float(rows): value for rows, value in curve["seconds"].items()}
        if seconds.keys() >= {1e5, 1e6, 1e7} and curve["source"] == "GBM-perf multicore":
            found.append(calibrate.miss(curve["tool"], {rows: seconds[rows] for rows in (1e5, 1e6)}, 1e7, seconds[1e7]))
    middle, most = quantiles(found)
    assert len(found) > 100
    assert middle <= 0.25
    assert most <= 0.75


def test_our_own_ladders(misses: list[Any]) -> None:
    """CPU seconds of five strategies, 2 to 8 times the rows: 20 % in the median at most."""
    assert quantiles([miss for miss in misses if miss.sizes == 4])[0] <= 0.20


@pytest.mark.parametrize(("level", "least"), [(0.80, 0.78), (0.95, 0.93)])
def test_intervals_hold_on_tools_that_the_calibration_does_not_know(
    misses: list[Any], level: float, least: float
) -> None:
    """With each tool left out in turn, intervals hold what they promise on its curves."""
    simulated = calibrate.shape(level, 300)
    held = []
    for tool in {miss.tool for miss in misses}:
        wider = calibrate.factor([miss for miss in misses if miss.tool != tool], simulated, level)
        for miss in misses:
            if miss.tool == tool:
                width = np.interp(np.log(miss.reach), np.log(calibrate.REACHES), simulated)
                held.append(abs(miss.error) <= wider * width * miss.scale)
    assert np.mean(held) >= least


@pytest.mark.parametrize(("mix", "least80", "least95"), [(worlds.USUAL, 0.77, 0.93), (worlds.HARSH, 0.68, 0.90)])
def test_intervals_hold_where_the_truth_is_known(mix: tuple[float, ...], least80: float, least95: float) -> None:
    """At each reach, also where most strategies get dearer beyond the data; and they are no wider than they need be."""
    random = np.random.default_rng(7)
    top = worlds.LADDER[4]
    held: dict[float, list[tuple[bool, bool]]] = {reach: [] for reach in (2.0, 4.0, 8.0, 16.0, 64.0)}
    for _ in range(250):
        each = worlds.lone(random, mix)
        found = forecaster(each.points(worlds.LADDER[:5], repeats=2))
        for reach, hits in held.items():
            forecast, truth = found.at(top * reach), each.time(top * reach)
            hits.append((forecast.low80 <= truth <= forecast.high80, forecast.low95 <= truth <= forecast.high95))
    for hits in held.values():
        narrow, wide = np.mean(hits, axis=0)
        assert least80 <= narrow <= 0.95
        assert least95 <= wide


def law(function: Callable[[float], float], sizes: tuple[float, ...] = (1e5, 2e5, 4e5, 8e5, 1.6e6)) -> list[SizePoint]:
    """The points of a law without noise."""
    return [SizePoint(worlds.scale(rows), function(rows), {}) for rows in sizes]


def test_a_line_is_found() -> None:
    """A fixed part and one for each row come back, and the own held-out error is nothing."""
    points = law(lambda rows: 3 + 2e-5 * rows)
    assert fit(points)(worlds.scale(1e8)) == pytest.approx(2003)
    assert held_out_error(points) == pytest.approx(0, abs=1e-6)


def test_no_part_is_negative() -> None:
    """A cost that grows faster than the rows is not continued by a fixed part below nothing."""
    assert fit(law(lambda rows: rows**1.3))(worlds.scale(1)) >= 0


def test_only_the_top_sizes_are_fitted() -> None:
    """What far smaller sizes did, which are another regime, plays no part."""
    points = law(lambda rows: 1 + 1e-5 * rows)
    odd = SizePoint(worlds.scale(1e3), 500.0, {})
    assert forecaster([odd, *points]).at(1e7) == forecaster(points).at(1e7)


def test_more_reach_and_more_error_widen_an_interval() -> None:
    """An interval grows with the rows asked for, and with the error at the own largest sizes."""
    smooth, rough = (forecaster(law(lambda rows, bend=bend: rows**bend)) for bend in (1.0, 1.4))
    near, far = (smooth.at(rows) for rows in (3e6, 6e7))
    assert far.half95 > near.half95
    assert rough.at(3e6).half95 > near.half95
    assert near.low95 < near.low80 < near.estimate < near.high80 < near.high95


def test_the_calibration_is_what_the_script_makes(misses: list[Any]) -> None:
    """The file in the package has the curves of the repository, and quantiles that grow with reach and level."""
    table = calibration.load()
    assert table.curves == len({miss.tool for miss in misses})
    narrow, wide = (table.quantiles[level] for level in calibration.LEVELS)
    assert list(narrow) == sorted(narrow)
    assert all(a < b for a, b in zip(narrow, wide, strict=True))
