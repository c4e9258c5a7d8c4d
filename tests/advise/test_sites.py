"""Other machines: what the ratio of one small run carries over, on published curves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bench.advise.site_times import ERROR80, ERROR95
from tests.advise.calibration_script import calibrate


@pytest.fixture(scope="module")
def errors() -> dict[str, np.ndarray]:
    """Errors in logarithms at 1e7 rows, of one machine from another with as many cores, by what was carried over."""
    cells = {
        (curve["machine"], curve["tool"], curve["cores"]): {float(n): s for n, s in curve["seconds"].items()}
        for curve in calibrate.published_curves()
        if curve["source"] == "GBM-perf multicore"
    }
    whole = {key: seconds for key, seconds in cells.items() if seconds.keys() >= {1e6, 1e7}}
    found: dict[str, list[float]] = {"nothing": [], "its own ratio": [], "that of others": []}
    for (a, tool, cores), (b, *same) in itertools.permutations(whole, 2):
        if same != [tool, cores] or a == b:
            continue
        mine, there = whole[a, tool, cores], whole[b, tool, cores]
        others = [
            np.log(whole[b, other, cores][1e6] / whole[a, other, cores][1e6])
            for other in {key[1] for key in whole} - {tool}
            if {(a, other, cores), (b, other, cores)} <= whole.keys()
        ]
        apart = np.log(mine[1e7] / there[1e7])
        found["nothing"].append(apart)
        found["its own ratio"].append(apart + np.log(there[1e6] / mine[1e6]))
        found["that of others"] += [apart + np.mean(others)] if others else []
    return {name: np.abs(each) for name, each in found.items()}


def test_the_ratio_of_the_same_tool_carries_over(errors: dict[str, np.ndarray]) -> None:
    """20 % in the median at most, and 65 % at the 90th percentile; the intervals hold what they promise."""
    own = errors["its own ratio"]
    assert len(own) > 200
    middle, most = np.expm1(np.quantile(own, [0.5, 0.9]))
    assert middle <= 0.20
    assert most <= 0.65
    assert np.mean(own <= ERROR80) >= 0.80
    assert np.mean(own <= ERROR95) >= 0.95


def test_the_ratio_of_other_tools_does_not(errors: dict[str, np.ndarray]) -> None:
    """A benchmark of the machine is hardly better than nothing, which is why a place without a probe is refused."""
    nothing, others = (np.expm1(np.median(errors[name])) for name in ("nothing", "that of others"))
    assert others > 0.8 * nothing
    assert others > 2 * np.expm1(np.median(errors["its own ratio"]))
