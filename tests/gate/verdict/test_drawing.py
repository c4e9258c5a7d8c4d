"""The drawing of a case's pairs."""

import pytest

from bench.gate.verdict import drawing, judgement
from tests.gate.made import RULES, measured


@pytest.mark.parametrize(("low", "high"), [(0.97, 1.31), (0.6, 1.4), (0.0, 0.002), (12.0, 97.0), (1.0, 1.0001)])
def test_the_scale_has_a_few_round_numbers(low, high):
    """A scale has three to nine lines, all of them inside of it."""
    ticks = drawing._ticks(low, high)
    assert 3 <= len(ticks) <= 9
    assert low <= ticks[0] < ticks[-1] <= high


def test_what_took_longer_is_higher():
    """Each pair is drawn inside of the picture, the slower arm above the faster one, from left to right."""
    drawn = drawing.draw(judgement.entry(measured(1.2), RULES))
    assert all(0 < pair.candidate_y < pair.baseline_y < drawing.HEIGHT for pair in drawn.pairs)
    assert [pair.x for pair in drawn.pairs] == sorted(pair.x for pair in drawn.pairs)
    assert "the candidate took longer in 15 of them" in drawn.summary
