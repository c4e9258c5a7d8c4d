"""Recommendations in worlds whose truth is known: how often they are wrong, and how often there is one."""

from __future__ import annotations

import numpy as np
import pytest

from bench.advise.crossing import crossings
from bench.advise.decide import decide
from bench.advise.forecast import Forecast, forecaster
from tests.advise import worlds
from tests.advise.worlds import Outcome

WRONG = 0.05  # longer than the fastest, as a share


def outcomes(mix: tuple[float, ...], number: int, reaches: tuple[int, ...]) -> list[Outcome]:
    """Ask in many worlds."""
    random = np.random.default_rng(11)
    return [
        worlds.ask(worlds.world(random, mix), worlds.SMALLEST * reach, 1200.0)
        for reach in reaches
        for _ in range(number)
    ]


@pytest.mark.parametrize("mix", [worlds.USUAL, worlds.HARSH], ids=["usual", "harsh"])
def test_a_sure_recommendation_is_not_wrong(mix: tuple[float, ...]) -> None:
    """At most 2 of 100 sure ones, and 8 of 100 likely ones, take over 5 % longer than the fastest.

    This holds in a world that is harsher than the calibration's, too. `benchmarks/advise_simulation.py` asks 4,000
    times.
    """
    found = outcomes(mix, 40, (20, 200, 1000))
    sure, likely = ([each for each in found if each.verdict == name] for name in ("sure", "likely"))
    assert len(sure) >= 20
    assert sum(each.regret > WRONG for each in sure) <= 0.02 * len(sure)
    assert sum(each.regret > WRONG for each in likely) <= 0.08 * len(likely)


def test_something_is_recommended_near_the_data() -> None:
    """At 20 times the smallest size three of four questions are decided, and the best is rarely missed by much."""
    found = outcomes(worlds.USUAL, 40, (20,))
    assert np.mean([each.verdict in ("sure", "likely") for each in found]) >= 0.75
    assert np.mean([each.regret for each in found]) <= 0.03


def forecast(estimate: float, factor: float, reach: float = 4.0) -> Forecast:
    """A forecast whose wide interval is a factor up and down."""
    narrow = factor**0.65
    ends = estimate / narrow, estimate * narrow, estimate / factor, estimate * factor
    return Forecast(estimate, *ends, reach, 0.05)


FAR, NEAR = {"a": forecast(10, 1.2), "b": forecast(30, 1.2)}, {"a": forecast(10, 1.5), "b": forecast(11, 1.5)}


@pytest.mark.parametrize(
    ("now", "before", "unknown", "verdict", "may_be"),
    [
        (FAR, FAR, [], "sure", ("a",)),
        (FAR, NEAR, [], "likely", ("a",)),
        (FAR, {}, [], "likely", ("a",)),
        (FAR, {"a": FAR["a"]}, [], "sure", ("a",)),
        (NEAR, FAR, [], "tie", ("a", "b")),
        (NEAR, {"a": FAR["a"]}, [], "tie", ("a", "b")),
        (FAR, FAR, ["c"], "tie", ("a", "c")),
    ],
)
def test_sure_takes_two_looks_and_no_unknown_rival(
    now: dict[str, Forecast], before: dict[str, Forecast], unknown: list[str], verdict: str, may_be: tuple[str, ...]
) -> None:
    """One look is likely at best, and whoever has no forecast may be the fastest."""
    found = decide(now, before, unknown)
    assert (found.verdict, found.may_be_best) == (verdict, may_be)
    assert sum(found.chances.values()) == pytest.approx(1)


def test_a_crossing_is_not_before_what_is_said() -> None:
    """Where another becomes the faster, it does so after the bound in 95 of 100 worlds at least."""
    random = np.random.default_rng(3)
    asked = worlds.LADDER[6]
    grid = np.geomspace(asked, worlds.LADDER[5] * 64, 60)
    bounds = []
    while len(bounds) < 120:
        pair = [worlds.strategy(random, worlds.USUAL, 0.05, spark=spark) for spark in (False, True)]
        if any(each.kind == "iterations" for each in pair) or pair[0].time(asked) >= pair[1].time(asked):
            continue
        laws = {str(place): forecaster(each.points(worlds.LADDER[:6])) for place, each in enumerate(pair)}
        for found in crossings("0", laws, asked):
            ahead = [rows for rows in grid if pair[1].time(rows) < pair[0].time(rows)]
            bounds.append((found.not_before <= min(ahead, default=np.inf) * 1.05, found.surely_from))
            if found.surely_from:
                assert found.surely_from >= found.not_before
    assert np.mean([held for held, _ in bounds]) >= 0.95
    assert sum(sure is None for _, sure in bounds) > 0.5 * len(bounds)
