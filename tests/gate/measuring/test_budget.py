"""The plan is cut to the time there is."""

from types import SimpleNamespace

from bench.gate.measuring import budget, night
from bench.gate.measuring.measurements import CaseMeasurements
from bench.gate.measuring.schedule import Shuffler
from tests.gate.made import RULES, case, quiet


def _warm(name, seconds, family="gbt", *, distributed=False):
    measured = CaseMeasurements(case(name, family, distributed=distributed))
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


def test_cheap_warm_ups_come_first():
    """What an earlier run knows comes by its time, and of the rest the distributed last; equals stay as they were."""
    assert _names(budget.cheapest_first([CASES[4], *CASES[:2]], {})) == ["forest", "hedge", "grove"]
    walls = {CASES[4].case.key: 3.0, CASES[1].case.key: 9.0}
    assert _names(budget.cheapest_first(CASES, walls)) == ["grove", "hedge", "forest", "shrub", "line"]


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


def test_what_is_repeated_keeps_to_the_budget(monkeypatch):
    """A run of a disturbed machine is repeated only if that leaves time for its pair; else it counts as it is."""
    simulated = SimpleNamespace(clock=0.0)

    def run(_night, measured, arm, _stage, _attempt):
        simulated.clock += 10.0
        measured.walls[arm].append(10.0)
        return quiet(1, 1.0)[0], "other programs used 100% of a core"

    monkeypatch.setattr(night, "time", SimpleNamespace(monotonic=lambda: simulated.clock))
    monkeypatch.setattr(night.PairRunner, "_run", run)
    measured = _warm("forest", 20.0)
    night.PairRunner({}, {}, RULES, Shuffler(1), timeout_s=600.0, deadline=100.0, say=print).measure([measured], list)
    assert (simulated.clock, len(measured.pairs), measured.out_of_time) == (100.0, 2, True)
    assert all(pair.noisy for pair in measured.pairs)
