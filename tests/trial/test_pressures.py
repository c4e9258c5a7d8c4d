"""What others took is known phase by phase, and only what spoils the measured phase disturbs a trial."""

import pytest

from bench.records.disturbance import disturbances
from bench.trial.counters import MachineCounters, most_grown
from bench.trial.pressures import Pressures, by_phase, shares
from bench.trial.usage import frequency_drop


def samples(*rates: float) -> list[Pressures]:
    """Return samples of ten seconds, with the cores that others had in each."""
    found, foreign = [Pressures(100.0, 5.0, 0.0, 0.0, {})], 5.0
    for number, rate in enumerate(rates, 1):
        foreign += 10 * rate
        found.append(Pressures(100.0 + 10 * number, foreign, 0.0, 0.0, {}))
    return found


def record(machine: dict[str, dict[str, float]], **resources: float) -> dict:
    """Return a record, as far as the definition of a disturbance reads it."""
    return {
        "trial": {"task": "train", "family": "gbt"},
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
    assert Pressures.now(lambda: 0.0).foreign == pytest.approx(now.busy_cpu, abs=60)


def test_each_counter_is_compared_with_itself():
    """A group or a core whose counter is the largest from long ago does not hide the one that is slowed down now."""
    seen = [
        Pressures(100.0, None, None, None, {"slice": 1000.0, "job": 2.0}),
        Pressures(110.0, None, None, None, {"slice": 1000.0, "job": 7.0, "new": 3000.0}),
    ]
    assert shares(seen, 100.0, 110.0) == {"throttled_share": 0.5}
    assert most_grown({"cpu0": 900.0, "cpu1": 1.0}, {"cpu0": 900.0, "cpu1": 4.0, "cpu2": 50.0}) == 3.0
    assert most_grown({}, {"cpu0": 1.0}) is None


def test_a_core_that_was_switched_off_is_no_lost_frequency():
    """The highest frequencies of cores are compared core by core."""
    assert frequency_drop({"cpu0": 3000, "cpu1": 3000}, {"cpu0": 3000}) == 0.0
    assert frequency_drop({"cpu0": 3000, "cpu1": 3000}, {"cpu0": 3000, "cpu1": 1500, "cpu2": 1}) == 0.25
    assert frequency_drop({}, {"cpu0": 3000}) is None


def test_a_short_phase_is_judged_by_the_time_around_it():
    """Of 20 ms two ticks are all that can be told: ticks count of 200 ms around it, and exact counters of itself."""
    moments = (100.0, 101.0, 101.02, 102.0)
    seen = [
        Pressures(moment, foreign, 0.0, waited, {})
        for moment, foreign, waited in zip(moments, (0.0, 1.0, 1.0, 1.98), (0.0, 1.0, 1.0, 1.98), strict=True)
    ]
    machine = by_phase(seen, {"train": (101.0, 101.02)})
    assert machine["train"]["foreign_cpu_share"] == pytest.approx(0.9)
    assert machine["train"]["memory_stall_share"] == 0.0
    assert disturbances({**record(machine), "phases": {"train": 0.02}}) == ["other programs used 90% of a core"]


def test_a_stretch_ends_with_the_samples():
    """Time that nobody looked at is not taken for quiet."""
    assert shares(samples(1.5), 95.0, 115.0)["foreign_cpu_share"] == 1.5
    assert shares(samples(1.5), 120.0, 130.0) == {}


@pytest.mark.parametrize(
    ("share", "seconds", "spoilt"),
    [
        ({"hot_share": 0.03}, 0.5, True),
        ({"memory_stall_share": 0.06}, 0.1, True),
        ({"throttled_share": 0.06}, 0.1, True),
        ({"steal_share": 0.03}, 0.5, False),
        ({"steal_share": 0.03}, 2.0, True),
    ],
)
def test_two_ticks_are_none_where_ticks_are_counted(share: dict[str, float], seconds: float, spoilt: bool):
    """The kernel counts other programs and the hypervisor in ticks, and everything else to the microsecond."""
    assert bool(disturbances({**record({"train": share}), "phases": {"train": seconds}})) == spoilt


def test_a_share_of_the_whole_trial_is_of_its_whole_time():
    """Where only the measured phase's other shares are known, one of the whole trial is not taken for the phase's."""
    told = record({"train": {"memory_stall_share": 0.0}}, steal_share=0.03)
    assert disturbances({**told, "phases": {"train": 0.5}}) == ["the hypervisor took 3% of a core"]


def test_the_control_has_nothing_to_spoil():
    """Its phases are empty, so that it is not marked; one that takes its time is judged like any other."""
    told = {**record({"train": {"foreign_cpu_share": 1.5}}), "phases": {"train": 0.001}}
    assert disturbances(told)
    control = {**told, "trial": {"task": "train", "family": "control"}}
    assert not disturbances(control)
    assert disturbances({**control, "phases": {"train": 1.0}})
