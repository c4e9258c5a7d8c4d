"""What an hour of a measured trial costs: by its cores, or by the machines that it took."""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import UsageError
from bench.prices import bill
from bench.prices.machine_types import THIS, MachineType, PriceList, read
from bench.writing.clean import shown

SPOT = ":spot"
FORM = re.compile(r"(?:(?P<currency>[A-Z]{3})\s*)?(?P<price>\d+(?:\.\d+)?)\s*/\s*core-h")


@dataclass(frozen=True)
class Tariff:
    """A price.

    Attributes:
        currency: Its currency, as it was given; empty where none was.
        core_hour: Price of an hour of a core, where there is no machine.
        machine: The machine whose price counts, whole.
        spot: Whether it is taken on the terms of spot, which it then has.
    """

    currency: str
    core_hour: float = 0.0
    machine: MachineType | None = None
    spot: bool = False

    def hour(self, cores: int, *, cluster: bool) -> float:
        """Return what an hour of a trial costs; on a cluster its driver takes a core, or a machine, of its own.

        Args:
            cores: Cores of the trial.
            cluster: Whether its workers are on other machines than its driver may be.
        """
        if self.machine is None:
            return self.core_hour * (cores + cluster)
        terms = self.machine.spot if self.spot else None
        hour = terms.hour if terms else self.machine.hour
        return hour * self._nodes(self.machine, cores, cluster=cluster) + (self.machine.driver_hour if cluster else 0.0)

    def expected_s(self, cores: int, seconds: float, *, cluster: bool) -> float:
        """Return the seconds that are paid for a trial of so many: on spot it begins anew at each interruption.

        Args:
            cores: Cores of the trial.
            seconds: From its start to its end, without an interruption.
            cluster: As for `hour`.

        Raises:
            UsageError: More interruptions may be expected than anybody would wait for.
        """
        if self.machine is None or not self.spot:
            return seconds
        number = bill.interruptions(self.machine, self._nodes(self.machine, cores, cluster=cluster), seconds)
        if number > bill.MOST_INTERRUPTIONS:
            raise UsageError(
                f"On spot a trial of {seconds:.0f} s would be interrupted {number:.0f} times on {self.machine.name}: "
                "give its price on demand."
            )
        return bill.expected_s(seconds, number / seconds if seconds else 0.0, self.machine.start_s)

    def _nodes(self, machine: MachineType, cores: int, *, cluster: bool) -> int:
        return math.ceil(cores / machine.cores) if cluster else 1


def parse(text: str) -> Tariff:
    """Return a price that a person wrote.

    Args:
        text: ``0.048/core-h`` or ``USD 0.048/core-h``; or a file of machines, with ``:`` and a machine's name if the
            file has several and does not say by ``probe = "this"`` which is at hand; and with ``:spot`` for its terms
            on spot.

    Raises:
        UsageError: It is neither, or names no machine of the file.
    """
    if found := FORM.fullmatch(text.strip()):
        price = float(found["price"])
        if not 0 < price < math.inf:
            raise UsageError(
                f"A price of {price:g} says nothing: give what a core costs in an hour, or leave --price out."
            )
        return Tariff(found["currency"] or "", price)
    if text.endswith(SPOT) and not text.endswith(2 * SPOT) and not _is_there(Path(text)):
        tariff = parse(text.removesuffix(SPOT))
        if tariff.machine is None or tariff.machine.spot is None:
            raise UsageError(
                f"{shown(text)!r} is no price: a machine of a file has one on spot, where it has a spot_hour."
            )
        return replace(tariff, spot=True)
    path, _, name = text.rpartition(":")
    file = Path(text) if _is_there(Path(text)) or not path else Path(path)
    if not _is_there(file):
        raise UsageError(f"{shown(text)!r} is no price: write 0.048/core-h, or name a file of machines.")
    prices = read(file)
    return Tariff(prices.currency, machine=_machine(prices, file, None if file == Path(text) else name))


def _is_there(path: Path) -> bool:
    with contextlib.suppress(OSError):  # a name that is too long for any file
        return path.exists()
    return False


def _machine(prices: PriceList, file: Path, name: str | None) -> MachineType:
    wanted = [machine for machine in prices.machines if machine.name == name] if name else []
    if not name:
        wanted = [machine for machine in prices.machines if machine.probe == THIS]
        wanted = wanted or list(prices.machines)
    if len(wanted) == 1:
        return wanted[0]
    names = ", ".join(machine.name for machine in prices.machines)
    raise UsageError(f"Which machine of {file} was measured? Write --price {file}:NAME with one of: {names}.")
