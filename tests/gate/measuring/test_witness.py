"""Which runs do not count because of the machine."""

import pytest

from bench.gate.measuring.witness import Witness
from tests.gate.made import record


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        ({}, None),
        ({"steal_share": 0.019}, None),
        ({"steal_share": 0.05}, "hypervisor"),
        ({"foreign_cpu_share": 0.14}, None),
        ({"foreign_cpu_share": 0.3}, "other programs used 30%"),
        ({"steal_share": None, "foreign_cpu_share": None, "stall_share": None}, None),
    ],
)
def test_steal_and_other_programs(usage, said):
    """More than 2 % steal or 15 % of other programs' CPU disturbs a run; what the kernel does not tell does not."""
    found = Witness().judge(record(2.0, **usage))
    assert (said in found) if said else found is None


def test_a_trial_may_stall_by_itself():
    """A trial that has more threads than cores is compared with its own quietest run, and not with an idle machine."""
    witness = Witness()
    assert witness.judge(record(2.0, stall_share=0.6)) is None
    assert witness.judge(record(2.0, stall_share=0.7)) is None
    assert "waited for a core in 80%" in witness.judge(record(2.0, stall_share=0.8))


def test_the_quietest_run_is_the_measure():
    """A warm-up on a busy machine does not excuse what comes after a quieter run."""
    witness = Witness()
    assert [bool(witness.judge(record(2.0, stall_share=share))) for share in (0.5, 0.1, 0.5)] == [
        False,
        False,
        True,
    ]


def test_one_tick_of_the_kernels_clock_is_nothing():
    """In a short run a single tick of steal is more than 2 % of its time, and says nothing."""
    short = {**record(0.2, steal_share=0.03), "wall_s": 0.3}
    assert Witness().judge(short) is None


def test_the_result_does_not_matter():
    """A run that took ten times as long on a quiet machine counts."""
    witness = Witness()
    assert witness.judge(record(1.0)) is None
    assert witness.judge(record(10.0)) is None
