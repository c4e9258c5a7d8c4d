"""The gate's procedure for one case, and its error rates on simulated machines (acceptance tests A1, A2, A3, A5)."""

import numpy as np
import pytest

from bench.stats.looks import Rules
from bench.stats.sequential import PairRequest, Pairs, Verdict, cut_short, next_step
from tests.stats.simulated import NOISES, RULES, nights

CASES = 20_000
LEVELS = (0.02, 0.03, 0.05, 0.10)


@pytest.mark.parametrize("model", NOISES)
@pytest.mark.parametrize("cv", LEVELS)
def test_a1_a_thing_compared_with_itself(model, cv):
    """A1: of 20,000 comparisons of a thing with itself at most 1.5 % are flagged, and 0.15 % confirmed, as slower."""
    night = nights(model, cv, 0.0, CASES, seed=1)
    assert night.flagged <= 0.015
    assert night.confirmed <= 0.0015
    assert night.improved <= 0.0015  # the mirror image has its own errors, as rare


@pytest.mark.parametrize(
    ("model", "cv", "slowdown", "found"),
    [
        ("iid", 0.03, 0.10, 0.98),
        ("iid", 0.05, 0.10, 0.85),
        ("iid", 0.02, 0.05, 0.94),
        ("iid", 0.10, 0.20, 0.80),
        ("tail", 0.03, 0.10, 0.90),
        ("tail", 0.05, 0.20, 0.93),
    ],
)
def test_a2_a3_true_slowdowns_are_found(model, cv, slowdown, found):
    """A2, A3: true slowdowns are confirmed as often as was promised, and an equal speed-up is an improvement."""
    assert nights(model, cv, slowdown, CASES, seed=2).confirmed >= found
    assert nights(model, cv, 1 / (1 + slowdown) - 1, CASES, seed=2).improved >= found


@pytest.mark.parametrize(("model", "at_most"), [("iid", 0.0), ("tail", 0.0), ("drift", 0.0002)])
def test_a5_noise_never_makes_a_slowdown_ok(model, at_most):
    """A5: at CV 15 % a slowdown of 10 % is never `ok`; under drift, which both arms share, in less than 2 of 10,000."""
    assert nights(model, 0.15, 0.10, CASES, seed=3).ok <= at_most


def test_ok_is_said_where_it_can_be():
    """A quiet machine gets its `ok`: in 99 % of unchanged cases at CV 3 %, in 75 % at CV 5 %."""
    assert nights("iid", 0.03, 0.0, CASES, seed=4).ok >= 0.99
    assert nights("iid", 0.05, 0.0, CASES, seed=4).ok >= 0.75


@pytest.mark.parametrize("cv", [0.03, 0.06])
def test_the_smallest_change_is_found_in_four_of_five_nights(cv):
    """What is printed as the smallest change that could have been seen is flagged in about 80 % of such nights."""
    slowdown = np.expm1(RULES.second_power * cv)
    assert 0.77 <= nights("iid", cv, float(slowdown), CASES, seed=5).flagged <= 0.9


def _pairs(number, ratio=1.0, noise=0.0, seed=0):
    generator = np.random.default_rng(seed)
    a, b = np.exp(generator.normal(0, noise or 1e-4, (2, number)))
    return Pairs(list(a), list(b * ratio))


@pytest.mark.parametrize(
    ("screening", "confirmation", "stage", "pairs"),
    [
        (_pairs(0), _pairs(0), "look", 5),
        (_pairs(3), _pairs(0), "look", 2),
        (_pairs(5, 1.02), _pairs(0), "more", 5),
        (_pairs(7, 1.02), _pairs(0), "more", 3),
        (_pairs(5, 1.0, noise=0.08, seed=1), _pairs(0), "assure", 5),
        (_pairs(5, 0.98), _pairs(0), "assure", 5),
        (_pairs(5, 1.2), _pairs(0), "confirm", 10),
        (_pairs(5, 0.8), _pairs(4), "confirm", 6),
    ],
)
def test_what_a_case_needs_next(screening, confirmation, stage, pairs):
    """Five pairs, five more where it may be slower or is noisy, ten fresh ones where it stands out."""
    assert next_step(screening, confirmation, RULES) == PairRequest(stage, pairs)


@pytest.mark.parametrize(
    ("screening", "confirmation", "outcome", "flagged"),
    [
        (_pairs(5), _pairs(0), "ok", False),
        (_pairs(10, 1.02), _pairs(0), "ok", False),
        (_pairs(5, 1.2), _pairs(10, 1.2), "regression", True),
        (_pairs(5, 0.8), _pairs(10, 0.8), "improvement", True),
        (_pairs(5, 1.2), _pairs(10, 1.0), "ok", True),
        (_pairs(5, 1.2), _pairs(10, 0.8), "ok", True),
        (_pairs(5, 0.8), _pairs(10, 1.2), "inconclusive", True),
        (_pairs(10, 1.0, noise=0.3), _pairs(0), "inconclusive", False),
    ],
)
def test_verdicts(screening, confirmation, outcome, flagged):
    """A verdict is of the fresh pairs where there are any; what was flagged as slower is never confirmed as faster."""
    verdict = next_step(screening, confirmation, RULES)
    assert isinstance(verdict, Verdict)
    assert (verdict.outcome, verdict.flagged) == (outcome, flagged)


def test_the_confirmations_estimate_is_reported():
    """The estimate is the confirmation's: the first one is inflated by having been selected."""
    verdict = next_step(_pairs(5, 1.4), _pairs(10, 1.1), RULES)
    assert verdict.ratio.estimate == pytest.approx(1.1, rel=1e-3)
    assert (verdict.ratio.n_a, verdict.ratio.n_b) == (10, 10)


def test_the_threshold_decides_what_is_ok():
    """A slowdown of 4 % that was not confirmed is `ok` below a threshold of 10 %, and is not below one of 2 %."""
    ten = next_step(_pairs(10, 1.02, noise=0.004), _pairs(0), Rules())
    two = next_step(_pairs(10, 1.02, noise=0.004), _pairs(0), Rules(threshold=0.02))
    assert (ten.outcome, two.outcome) == ("ok", "inconclusive")


@pytest.mark.parametrize(
    ("screening", "confirmation", "outcome"),
    [
        (_pairs(0), _pairs(0), "inconclusive"),
        (_pairs(1), _pairs(0), "inconclusive"),
        (_pairs(5, 1.2), _pairs(3, 1.2), "inconclusive"),
        (_pairs(5), _pairs(0), "ok"),
    ],
)
def test_no_time_left_is_not_ok(screening, confirmation, outcome):
    """A case that is cut short before its last look is `inconclusive`; one that was settled keeps its verdict."""
    assert cut_short(screening, confirmation, RULES).outcome == outcome


def test_it_says_what_could_have_been_seen():
    """An inconclusive case says which slowdown it would have shown; one that was never looked at says nothing."""
    assert next_step(_pairs(10, 1.0, noise=0.1), _pairs(0), RULES).smallest_change > 0.1
    assert cut_short(_pairs(2), _pairs(0), RULES).smallest_change is None
