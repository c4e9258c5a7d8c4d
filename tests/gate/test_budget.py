"""The plan is cut to the time there is."""

from bench.gate import budget
from bench.gate.measured import Measured
from tests.gate.made import RULES, case


def _warm(name, seconds, family="gbt", *, distributed=False):
    measured = Measured(case(name, family, distributed=distributed))
    measured.walls = {"baseline": [seconds / 2], "candidate": [seconds / 2]}
    return measured


CONFIRMED = RULES.first_pairs + RULES.confirm_pairs  # pairs of the dearest case, which may stand out
CASES = [
    _warm("forest", 2.0),
    _warm("hedge", 1.0),
    _warm("shrub", 3.0),
    _warm("line", 4.0, "linear"),
    _warm("grove", 10.0, distributed=True),
]


def _names(measured):
    return [one.case.key[0] for one in measured]


def test_with_time_enough_nothing_is_left_out():
    """A budget that holds all keeps all, in the order in which they came."""
    kept, left = budget.cut(CASES, 3600, RULES)
    assert (_names(kept), left) == (_names(CASES), [])


def test_one_of_each_kind_comes_before_the_second_of_any():
    """The cheapest case of each kind is kept before a second one of a kind, however cheap that is."""
    kept, left = budget.cut(CASES, 1 * budget.USUAL_PAIRS + 4 * CONFIRMED, RULES)
    assert (_names(kept), _names(left)) == (["hedge", "line"], ["forest", "shrub", "grove"])


def test_then_the_cheapest_come():
    """What is left of the budget goes to the cheapest of all others."""
    kept, _ = budget.cut(CASES, (1 + 2) * budget.USUAL_PAIRS + 4 * CONFIRMED, RULES)
    assert _names(kept) == ["forest", "hedge", "line"]


def test_without_time_nothing_is_kept():
    """Where not even the cheapest case fits, all are left out."""
    assert budget.cut(CASES, 5, RULES) == ([], CASES)
