"""Reads a TOML file of machines and their prices, such as ``machines.toml``; docs/reference/machines.md describes it.

Prices are never fetched, and none is built in: an old price is worse than none that one has to look up.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.parsing import toml_table
from bench.prices.tables import Key, TomlTable, is_count, is_day, is_number, is_text

THIS = "this"  # in the place of a probe: the machine at hand
MONTH_H = 730.0
OLD_DAYS = 180


@dataclass(frozen=True)
class SpotTerms:
    """On which terms a machine can be had that its owner may take back.

    Attributes:
        hour: Price of an hour of one.
        interruptions_per_hour: Rate at which one is taken back.
    """

    hour: float
    interruptions_per_hour: float


@dataclass(frozen=True)
class MachineType:
    """A kind of machine.

    Attributes:
        name: Its name.
        cores: Cores of one.
        memory_bytes: Memory of one.
        hour: Price of an hour of one, on demand.
        counts: Numbers of them that come into question, ascending.
        gpu: Its GPU; empty where it has none.
        network_gbit: Its network, in Gbit/s, if known.
        start_s: Seconds until it is there.
        least_s: Seconds that are billed at least.
        driver_hour: Price of an hour of the driver, if that is a machine of its own.
        once: What each job costs whatever it takes, such as reading data out of another region.
        spot: Its terms on spot; None where it is not to be had so.
        probe: A file of `bench advise probe`, `THIS` for the machine at hand, or None where nobody measured there.
    """

    name: str
    cores: int
    memory_bytes: float
    hour: float
    counts: tuple[int, ...] = (1,)
    gpu: str = ""
    network_gbit: float | None = None
    start_s: float = 0.0
    least_s: float = 0.0
    driver_hour: float = 0.0
    once: float = 0.0
    spot: SpotTerms | None = None
    probe: str | None = None


@dataclass(frozen=True)
class PriceList:
    """The machines, and where their prices come from.

    Attributes:
        currency: Of all prices.
        as_of: The day of the prices.
        source: Where they come from.
        machines: The machines, each name once.
    """

    currency: str
    as_of: datetime.date
    source: str
    machines: tuple[MachineType, ...]

    def age_warning(self, today: datetime.date) -> str:
        """Return a sentence where the prices are old; else nothing.

        Args:
            today: The day.
        """
        days = (today - self.as_of).days
        return f"The prices are {days} days old: look them up again." if days > OLD_DAYS else ""


def read(path: Path) -> PriceList:
    """Return the machines of a file.

    Args:
        path: The file.

    Raises:
        UsageError: It cannot be read, or says something that nobody understands.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a file of machines: give one in TOML, as text.") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> PriceList:
    """Return the machines of a text.

    Args:
        text: The text, in TOML.
        name: Name of the file, for the sentence.

    Raises:
        UsageError: It says something that nobody understands.
    """
    try:
        given = toml_table(text)
    except ValueError as error:
        raise UsageError(f"{name} is no TOML: {error}: mend that line.") from error
    place = TomlTable(name, text, "machine", 0)
    head = place.checked(given, HEAD)
    machines = given.get("machine", [])
    if not isinstance(machines, list) or not machines or not all(isinstance(each, dict) for each in machines):
        raise UsageError(f"{name} has no machine: begin each with a line [[machine]].")
    found = [_machine(each, TomlTable(name, text, "machine", number)) for number, each in enumerate(machines, 1)]
    for number, each in enumerate(found, 1):
        if each.name in {other.name for other in found[: number - 1]}:
            raise TomlTable(name, text, "machine", number).fault(
                "name", f"names {each.name!r} a second time: give each its own name"
            )
    return PriceList(head["currency"], head["as_of"], head.get("source", ""), tuple(found))


def _is_counts(value: Any) -> bool:
    return is_count(value) or (isinstance(value, list) and bool(value) and all(map(is_count, value)))


_AMOUNT = Key(lambda value: is_number(value) and value >= 0, "a number that is not negative")
_PRICE = Key(lambda value: is_number(value) and value > 0, "the price of an hour, a number above 0", needed=True)
HEAD = {
    "currency": Key(is_text, 'a currency, such as "USD"', needed=True),
    "as_of": Key(is_day, "the day of the prices, such as 2026-11-20, without quotes", needed=True),
    "source": Key(is_text, "where the prices come from"),
    "machine": Key(lambda value: isinstance(value, list), "machines, each after a line [[machine]]"),
}
MACHINE = {
    "name": Key(is_text, "a name", needed=True),
    "cores": Key(is_count, "a positive whole number", needed=True),
    "memory_gib": Key(lambda value: is_number(value) and value > 0, "GiB, a number above 0", needed=True),
    "hour": _PRICE,
    "count": Key(_is_counts, "a positive whole number, or a list of them"),
    "gpu": Key(is_text, "the name of its GPU, or leave it out"),
    "network_gbit": _AMOUNT,
    "start_s": _AMOUNT,
    "least_s": _AMOUNT,
    "driver_hour": _AMOUNT,
    "once": _AMOUNT,
    "spot_hour": Key(_PRICE.fits, _PRICE.told),
    "interruptions_per_hour": _AMOUNT,
    "interruptions_per_month": Key(lambda value: is_number(value) and 0 <= value < 1, "a share below 1, such as 0.05"),
    "probe": Key(is_text, f'a file of `bench advise probe`, or "{THIS}"'),
}


def _machine(given: Mapping[str, Any], place: TomlTable) -> MachineType:
    found = place.checked(given, MACHINE)
    count = found.get("count", 1)
    return MachineType(
        name=found["name"],
        cores=found["cores"],
        memory_bytes=found["memory_gib"] * 2**30,
        hour=found["hour"],
        counts=tuple(sorted(set(count))) if isinstance(count, list) else (count,),
        gpu=found.get("gpu", ""),
        network_gbit=found.get("network_gbit"),
        spot=_spot(found, place),
        probe=found.get("probe"),
        **{name: float(found.get(name, 0)) for name in ("start_s", "least_s", "driver_hour", "once")},
    )


def _spot(found: Mapping[str, Any], place: TomlTable) -> SpotTerms | None:
    rates = [key for key in ("interruptions_per_hour", "interruptions_per_month") if key in found]
    if "spot_hour" not in found:
        if rates:
            raise place.fault(rates[0], f"has {rates[0]!r} without a 'spot_hour': give its price, too")
        return None
    if len(rates) != 1:
        told = (
            "has interruptions by the hour and by the month: keep one"
            if rates
            else (
                "has a 'spot_hour' without interruptions: give 'interruptions_per_month', or 'interruptions_per_hour'"
            )
        )
        raise place.fault(rates[1] if rates else "spot_hour", told)
    value = found[rates[0]]
    hourly = value if rates[0] == "interruptions_per_hour" else -math.log1p(-value) / MONTH_H
    return SpotTerms(found["spot_hour"], hourly)
