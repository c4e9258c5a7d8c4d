"""A file of machines: what it says, and each fault as one sentence with its line."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.prices.machine_types import MachineType, SpotTerms, parse, read

HEAD = 'currency = "USD"\nas_of = 2026-11-20\n'
MACHINE = '[[machine]]\nname = "m"\ncores = 8\nmemory_gib = 32\nhour = 0.384\n'


def test_a_file_says_what_machines_have_and_cost(tmp_path: Path) -> None:
    """Defaults are those of one machine on demand; a share of interruptions in a month becomes a rate in an hour."""
    path = tmp_path / "machines.toml"
    path.write_text(f"{HEAD}{MACHINE}spot_hour = 0.15\ninterruptions_per_month = 0.05\ncount = [4, 1, 2]\n")
    found = read(path)
    assert (found.currency, found.as_of) == ("USD", datetime.date(2026, 11, 20))
    (machine,) = found.machines
    assert (machine.cores, machine.memory_bytes, machine.counts) == (8, 32 * 2**30, (1, 2, 4))
    assert machine.spot
    assert machine.spot.interruptions_per_hour == pytest.approx(7.03e-5, rel=1e-2)
    assert parse(HEAD + MACHINE, "x").machines == (MachineType("m", 8, 32 * 2**30, 0.384),)


def test_a_rate_by_the_hour_stays_as_it_is() -> None:
    """0.05 in an hour is not 0.05 in a month: two hours on sixteen nodes would rarely end."""
    (machine,) = parse(f"{HEAD}{MACHINE}spot_hour = 0.1\ninterruptions_per_hour = 0.05\n", "x").machines
    assert machine.spot == SpotTerms(0.1, 0.05)


def test_old_prices_are_told() -> None:
    """After half a year, and not before."""
    found = parse(HEAD + MACHINE, "x")
    assert found.age_warning(datetime.date(2026, 12, 1)) == ""
    assert "190 days old" in found.age_warning(found.as_of + datetime.timedelta(190))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + MACHINE + "memory_gb = 1\n", r"line 8 has 'memory_gb'.* nearest one is 'memory_gib'"),
        (HEAD + MACHINE + "spot_hours = 1\n", r"line 8 .*nearest one is 'spot_hour'"),
        ('curency = "USD"\n' + MACHINE, r"line 1 .*nearest one is 'currency'"),
        (HEAD + MACHINE.replace("hour = 0.384\n", ""), r"line 3 begins machine 1, which has no 'hour'"),
        (HEAD + MACHINE.replace("0.384", '"0.384"'), r"line 7 has '0.384' as 'hour'"),
        (HEAD + MACHINE.replace("0.384", "-1"), r"line 7 has -1 as 'hour'"),
        (HEAD + MACHINE.replace("0.384", "1" + "0" * 400), r"line 7 has 1000"),
        (HEAD + MACHINE.replace("0.384", "nan"), r"line 7 has nan as 'hour'"),
        (HEAD + MACHINE.replace("= 8", "= true"), r"line 5 has True as 'cores'"),
        (HEAD + MACHINE + MACHINE, r"line 9 names 'm' a second time"),
        (HEAD + MACHINE + "interruptions_per_month = 0.1\n", r"line 8 .*without a 'spot_hour'"),
        (HEAD + MACHINE + "spot_hour = 0.1\n", r"line 8 .*without interruptions"),
        (
            HEAD + MACHINE + "spot_hour = 0.1\ninterruptions_per_month = 0.1\ninterruptions_per_hour = 0.1\n",
            r"line 9 has interruptions by the hour and by the month",
        ),
        (HEAD + MACHINE + "spot_hour = 0.1\ninterruptions_per_month = 5\n", r"line 9 has 5 as .*a share below 1"),
        (HEAD + MACHINE + "count = []\n", r"line 8 has \[\] as 'count'"),
        (HEAD.replace("2026-11-20", '"2026-11-20"') + MACHINE, r"line 2 has '2026-11-20' as 'as_of'"),
        (HEAD, "has no machine"),
        (HEAD + "machine = 3\n", "line 3 has 3 as 'machine'"),
        (HEAD + "[machine]\n", "line 1 has {} as 'machine'"),
        (MACHINE, "line 1 begins the head, which has no 'currency'"),
        ("currency = USD\n", "is no TOML"),
        (HEAD + "hour = 1\nhour = 2\n", "is no TOML"),
    ],
)
def test_faults(text: str, sentence: str) -> None:
    """Each is one sentence, with the line where there is one."""
    with pytest.raises(UsageError, match=sentence):
        parse(text, "machines.toml")


def test_what_is_no_text(tmp_path: Path) -> None:
    """A file that is missing, and one of bytes."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("bytes", "missing"):
        with pytest.raises(UsageError, match="cannot be read"):
            read(tmp_path / name)


def test_no_month_is_interrupted_for_sure() -> None:
    """A share just below one is a rate, and not infinite."""
    (machine,) = parse(f"{HEAD}{MACHINE}spot_hour = 0.1\ninterruptions_per_month = 0.999\n", "x").machines
    assert machine.spot
    assert math.isfinite(machine.spot.interruptions_per_hour)
