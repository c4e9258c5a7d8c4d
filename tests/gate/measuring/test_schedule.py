"""The order in which arms and cases run (acceptance test A4)."""

from bench.gate.measuring.schedule import Shuffler, order
from tests.stats.simulated import RULES, nights

CASES = 20_000
INTERLEAVED = "".join(order(pair) for pair in range(RULES.all_pairs))
BLOCKS = "A" * RULES.all_pairs + "B" * RULES.all_pairs


def test_pairs_run_abba():
    """The arm that comes first in a pair comes second in the next, so that a steady drift cancels out."""
    assert INTERLEAVED == "ABBA" * 5


def test_a4_the_order_matters():
    """A4: on a drifting machine the gate's order flags at most 1 % of unchanged cases, and blocks at least 4 %."""
    for cv in (0.03, 0.05, 0.10):
        assert nights("drift", cv, 0.0, CASES, seed=6, order=INTERLEAVED).flagged <= 0.01
        assert nights("drift", cv, 0.0, CASES, seed=6, order=BLOCKS).flagged >= 0.04


def test_each_round_has_an_order_of_its_own_and_the_seed_repeats_it():
    """Cases are shuffled anew in each round, and the same seed gives the same rounds."""
    rounds = [Shuffler(3), Shuffler(3), Shuffler(4)]
    first, again, other = ([shuffler.shuffle(range(20)) for _ in range(4)] for shuffler in rounds)
    assert first == again != other
    assert all(sorted(items) == list(range(20)) for items in first)
    assert len({tuple(items) for items in first}) == 4
