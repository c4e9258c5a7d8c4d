"""Energy: which of the kernel's zones count, what a counter that began anew says, and nothing where nothing tells."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.records.directory import Record
from bench.trial import energy
from bench.trial.counters import MachineCounters
from bench.trial.energy import EnergyCounter

# As Linux shows them on a machine of two packages with memory, of which one zone may not be read.
TREE = {
    "intel-rapl:0": ("package-0", "1000000", "262143328850"),
    "intel-rapl:0:0": ("core", "600000", "262143328850"),
    "intel-rapl:0:1": ("dram", "250000", "65712999613"),
    "intel-rapl:1": ("package-1", "3000000", "262143328850"),
    "intel-rapl:2": ("psys", "9000000", "262143328850"),
    "intel-rapl-mmio:0": ("package-0", "1000000", "262143328850"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory of zones."""
    for zone, contents in TREE.items():
        (tmp_path / zone).mkdir()
        for name, content in zip(("name", "energy_uj", "max_energy_range_uj"), contents, strict=True):
            (tmp_path / zone / name).write_text(f"{content}\n")
    return tmp_path


def test_packages_and_their_memory_count_once(root: Path) -> None:
    """Cores are in their package, the board has all of it, and a second driver tells the same again."""
    found = energy.read(root)
    assert {name: counter.joules for name, counter in found.items()} == {
        "intel-rapl:0": 1.0,
        "intel-rapl:0:1": 0.25,
        "intel-rapl:1": 3.0,
    }


def test_a_zone_that_tells_nothing_is_left_out(root: Path) -> None:
    """One without a counter, and one whose counter is no number."""
    (root / "intel-rapl:0" / "energy_uj").unlink()
    (root / "intel-rapl:1" / "energy_uj").write_text("none\n")
    assert set(energy.read(root)) == {"intel-rapl:0:1"}
    assert energy.read(root / "nowhere") == {}


def test_joules_are_summed_and_a_counter_may_begin_anew() -> None:
    """What one counter has lost against before is what it has gone beyond its end."""
    before = {"a": EnergyCounter(10.0, 100.0), "b": EnergyCounter(90.0, 100.0)}
    after = {"a": EnergyCounter(15.0, 100.0), "b": EnergyCounter(2.0, 100.0)}
    assert energy.used_j([before, after]) == 5.0 + 12.0
    assert energy.used_j([before, after, before]) == 2 * 100.0
    assert energy.used_j([{}, {}]) is None
    assert energy.used_j([before, {"a": EnergyCounter(15.0, 100.0)}, after]) is None
    assert energy.used_j([{"0": EnergyCounter(10.0)}, {"0": EnergyCounter(5.0)}]) is None


def test_a_long_trial_reads_counters_on_the_way(
    trial_of: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A counter that begins anew several times in a trial is read between."""
    ends = itertools.cycle([{"0": EnergyCounter(joules, 100.0)} for joules in (0.0, 60.0, 20.0, 80.0, 40.0)])
    taken: list[dict[str, EnergyCounter]] = []

    def read() -> dict[str, EnergyCounter]:
        taken.append(next(ends))
        return taken[-1]

    monkeypatch.setattr(energy, "read", read)
    monkeypatch.setattr(energy, "SECONDS_BETWEEN_READINGS", 0.0)
    record = trial_of("@hookimpl\ndef bench_train(trial):\n    return None\n")
    assert len(taken) > 3
    assert record["resources"]["energy_j"] == 60.0 * (len(taken) - 1)


def test_this_machine_tells_or_does_not() -> None:
    """A counter that is there only grows, and one that is not leaves no field."""
    before, after = MachineCounters.now(), MachineCounters.now()
    used = energy.used_j([before.energy, after.energy])
    assert used is None if not before.energy else used is not None and used >= 0
