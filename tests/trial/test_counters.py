"""What others took is known phase by phase, and only what spoils the measured phase disturbs a trial."""

import pytest

from bench.records.disturbance import disturbances
from bench.trial.counters import MachineCounters, Pressures, by_phase, shares


def samples(*rates: float) -> list[Pressures]:
    """Return samples of ten seconds, with the cores that others had in each."""
    found, foreign = [Pressures(100.0, 5.0, 0.0, 0.0, None)], 5.0
    for number, rate in enumerate(rates, 1):
        foreign += 10 * rate
        found.append(Pressures(100.0 + 10 * number, foreign, 0.0, 0.0, None))
    return found


def record(machine: dict[str, dict[str, float]], **resources: float) -> dict:
    """Return a record, as far as the definition of a disturbance reads it."""
    return {
        "trial": {"task": "train"},
        "phases": {"setup": 10.0, "train": 10.0},
        "wall_s": 20.0,
        "resources": resources,
        "machine": machine,
    }


def test_shares_are_those_of_the_stretch():
    """Between two samples the time of others grows evenly; a stretch may begin and end anywhere."""
    seen = samples(1.5, 0.0)
    assert shares(seen, 100.0, 110.0)["foreign_cpu_share"] == 1.5
    assert shares(seen, 105.0, 115.0)["foreign_cpu_share"] == 0.75
    assert shares(seen, 110.0, 120.0)["foreign_cpu_share"] == 0.0
    assert "throttled_share" not in shares(seen, 100.0, 110.0)  # there is no quota, so nobody tells


@pytest.mark.parametrize(("began", "ended", "seen"), [(100.0, 100.0, 2), (100.0, 110.0, 0), (100.0, 110.0, 1)])
def test_without_samples_nothing_is_said(began: float, ended: float, seen: int):
    """A stretch of no length, or one that nobody looked at, has no shares, and counts as what the whole trial had."""
    assert shares(samples(1.0, 1.0)[:seen], began, ended) == {}


@pytest.mark.parametrize(("rates", "spoilt"), [((1.5, 0.0), False), ((0.0, 1.5), True), ((0.1, 0.1), False)])
def test_a_disturbance_of_the_set_up_spoils_no_training(rates: tuple[float, float], spoilt: bool):
    """Only the phase that the task is judged by counts, also where the whole trial was disturbed on average."""
    machine = by_phase(samples(*rates), {"setup": (100.0, 110.0), "train": (110.0, 120.0)})
    assert bool(disturbances(record(machine, foreign_cpu_share=sum(rates) / 2))) == spoilt


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ({"steal_share": 0.03}, "the hypervisor took 3%"),
        ({"memory_stall_share": 0.06}, "everything waited for memory in 6%"),
        ({"throttled_share": 0.2}, "kept from its cores in 20%"),
        ({"hot_share": 0.1}, "slowed down by heat in 10%"),
        ({"frequency_drop_share": 0.25}, "lost 25% of its highest frequency"),
    ],
)
def test_everything_that_a_machine_tells_counts(share: dict[str, float], words: str):
    """Beside other programs: the hypervisor, memory pressure, a quota, heat and a lower frequency."""
    (found,) = disturbances(record({}, **share))
    assert words in found


def test_this_machine_tells_something():
    """The counters of this kernel can be read."""
    now = MachineCounters.now()
    assert now.busy_cpu is not None
    assert now.busy_cpu > 0
    assert Pressures.now(0.0).foreign == pytest.approx(now.busy_cpu, abs=60)
