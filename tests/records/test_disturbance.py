"""What disturbs a trial, in which of its phases, and how that is said."""

from typing import Any

import pytest

from bench.records.disturbance import WHOLE, causes, disturbances, disturbed


def record(machine: dict[str, dict[str, float]] | None = None, wall_s: float = 5.0, **usage: float | None) -> Any:
    """Return a record of a training of two seconds, as far as the definition reads it."""
    phases = {"start": 0.5, "setup": 1.0, "train": 2.0}
    return {
        "trial": {"task": "train", "family": "gbt"},
        "resources": usage,
        "phases": phases,
        "wall_s": wall_s,
        **({"machine": machine} if machine else {}),
    }


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        ({}, None),
        ({"steal_share": 0.019}, None),
        ({"steal_share": 0.05}, "the hypervisor took 5% of a core"),
        ({"foreign_cpu_share": 0.14}, None),
        ({"foreign_cpu_share": 0.3}, "other programs used 30% of a core"),
        ({"foreign_cpu_share": 1.37}, "other programs used 1.4 cores"),
        ({"stall_share": 0.9}, None),
        ({"steal_share": None, "foreign_cpu_share": None}, None),
    ],
)
def test_what_others_took_is_said(usage: dict[str, float | None], said: str | None) -> None:
    """More than 2 % steal or 15 % of other programs' CPU disturbs; own stalls and what the kernel hides do not."""
    assert disturbances(record(**usage)) == ([said] if said else [])


def test_one_tick_of_the_kernels_clock_is_nothing() -> None:
    """In a short trial a single tick of steal is more than 2 % of its time, and says nothing."""
    assert not disturbed(record(wall_s=0.3, steal_share=0.03))
    assert disturbed(record(wall_s=3.0, steal_share=0.03))


def test_each_phase_is_judged_by_its_own_counters() -> None:
    """A busy set-up spoils the set-up, and neither the training nor, on average, the trial."""
    quiet = {"foreign_cpu_share": 0.0}
    busy = record({"setup": {"foreign_cpu_share": 0.5}, "train": quiet, "start": quiet}, foreign_cpu_share=0.1)
    assert disturbed(busy, "setup")
    assert not any(disturbed(busy, phase) for phase in ("start", "train", WHOLE))
    assert not disturbed(busy)


def test_a_phase_that_nobody_watched_is_judged_by_the_whole_trial() -> None:
    """Where a record does not know the counters phase by phase, each phase is as disturbed as the trial."""
    assert disturbed(record(foreign_cpu_share=0.5), "setup")
    assert disturbed(record({"train": {"foreign_cpu_share": 0.0}}, foreign_cpu_share=0.5), "setup")


@pytest.mark.parametrize(
    ("usage", "mark"),
    [
        ({"foreign_cpu_share": 1.4, "steal_share": 0.05}, "disturbed (others 1.4 cores)"),
        ({"foreign_cpu_share": 0.14, "throttled_share": 0.2}, "disturbed (throttled 20% of the time)"),
        ({"foreign_cpu_share": 0.1, "hot_share": 0.3}, "disturbed (heat 30% of the time)"),
        ({"foreign_cpu_share": 0.1, "steal_share": 0.3}, "disturbed (hypervisor 30% of a core)"),
        ({"memory_stall_share": 0.3}, "disturbed (memory 30% of the time)"),
        ({"frequency_drop_share": 0.25}, "disturbed (frequency -25%)"),
    ],
)
def test_the_mark_names_what_disturbed_most(usage: dict[str, float], mark: str) -> None:
    """Other programs that took less than they may are not blamed for heat, a quota or the hypervisor."""
    assert causes(record(**usage))[-1].mark == mark
