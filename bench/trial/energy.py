"""The energy that the machine has used, as its processors and GPUs count it; nothing where they do not tell.

Intel's and AMD's processors count by RAPL, which Linux shows under ``/sys/class/powercap``, since 2020 to root alone;
virtual machines have none. NVIDIA's GPUs count since their driver was loaded. Both count for everybody on the machine.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.trial import gpus

# Counters begin anew at 65 kJ (memory, small processors) or 262 kJ: at 1,000 W after 65 s, never twice within a minute.
SECONDS_BETWEEN_READINGS = 60.0
POWERCAP = Path("/sys/class/powercap")
# A package counts its cores and graphics; memory is a zone of its own. `psys`, the board, would count all twice.
ZONES = ("package", "dram")


@dataclass(frozen=True)
class EnergyCounter:
    """A counter at one moment.

    Attributes:
        joules: What it says.
        wraps_at: Joules at which it begins anew; None where it does not.
    """

    joules: float
    wraps_at: float | None = None


def read(root: Path = POWERCAP) -> dict[str, EnergyCounter]:
    """Return the counters that can be read, by name; none where there are none.

    Args:
        root: Directory of the kernel's power zones.
    """
    found = {}
    for zone in sorted(root.glob("intel-rapl:*")):
        with contextlib.suppress(OSError, ValueError):
            if (zone / "name").read_text().strip().partition("-")[0] in ZONES:
                used, most = (int((zone / name).read_text()) for name in ("energy_uj", "max_energy_range_uj"))
                found[zone.name] = EnergyCounter(used / 1e6, most / 1e6)
    return found


def read_gpus() -> dict[str, EnergyCounter]:
    """Return the counters of NVIDIA's GPUs, by number; none where one of them does not count."""
    if not gpus.handles():
        return {}
    import pynvml

    try:
        millijoules = [pynvml.nvmlDeviceGetTotalEnergyConsumption(handle) for handle in gpus.handles()]
    except pynvml.NVMLError:
        return {}
    return {str(number): EnergyCounter(used / 1e3) for number, used in enumerate(millijoules)}


def used_j(readings: Sequence[Mapping[str, EnergyCounter]]) -> float | None:
    """Return the joules from the first reading to the last; None where there is no counter, or one is missing once.

    A counter may have begun anew once between two readings: see `SECONDS_BETWEEN_READINGS`.

    Args:
        readings: The same counters at several moments, in their order.
    """
    total = 0.0
    for before, after in itertools.pairwise(readings):
        if not before or before.keys() != after.keys():
            return None
        for name, then in before.items():
            grown = after[name].joules - then.joules
            total += grown if grown >= 0 else grown + (then.wraps_at or 0.0)
    return total if total >= 0 else None
