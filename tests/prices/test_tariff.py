"""What an hour costs: by the core or by the machine, the driver included."""

import math
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.prices.tariff import Tariff, parse

HEAD = 'currency = "EUR"\nas_of = 2026-11-20\n'
SMALL = '[[machine]]\nname = "small"\ncores = 4\nmemory_gib = 16\nhour = 0.2\ndriver_hour = 0.05\n'
LARGE = '[[machine]]\nname = "large"\ncores = 16\nmemory_gib = 64\nhour = 0.7\n'


def test_cores_cost_by_the_hour_and_a_cluster_has_a_driver() -> None:
    """A price of a core is times the cores, and on a cluster times one more."""
    tariff = parse("USD 0.05/core-h")
    assert tariff == Tariff("USD", 0.05)
    assert tariff.hour(4, cluster=False) == pytest.approx(0.2)
    assert tariff.hour(4, cluster=True) == pytest.approx(0.25)
    assert parse("2/core-h") == Tariff("", 2.0)


def test_a_machine_costs_whole(tmp_path: Path) -> None:
    """Here it is one machine, on a cluster as many as have the cores, and the driver's."""
    file = tmp_path / "machines.toml"
    file.write_text(HEAD + SMALL)
    tariff = parse(str(file))
    assert tariff.currency == "EUR"
    assert tariff.hour(2, cluster=False) == pytest.approx(0.2)
    assert tariff.hour(9, cluster=True) == pytest.approx(3 * 0.2 + 0.05)


def test_the_machine_at_hand_is_meant_or_the_one_that_is_named(tmp_path: Path) -> None:
    """Of several, one says that it is at hand, or a name follows the file's."""
    file = tmp_path / "machines.toml"
    file.write_text(HEAD + SMALL + LARGE)
    assert parse(f"{file}:large").hour(2, cluster=False) == pytest.approx(0.7)
    for unclear in (f"{file}", f"{file}:huge"):
        with pytest.raises(UsageError, match="with one of: small, large"):
            parse(unclear)
    file.write_text(HEAD + SMALL + LARGE + 'probe = "this"\n')
    assert parse(str(file)).hour(2, cluster=False) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0/core-h", "A price of 0 says nothing"),
        (f"{10**400}/core-h", "A price of inf says nothing"),
        (300 * "x", "is no price"),
        ("machines.toml" + 5000 * ":spot", "is no price"),
        ("0.048", "'0.048' is no price: write 0.048/core-h"),
        ("0.048/h", "is no price"),
        ("nowhere.toml:small", "is no price"),
        ("-1/core-h", "is no price"),
    ],
)
def test_what_is_no_price_gets_a_sentence(text: str, sentence: str) -> None:
    """A number without its unit, or a file that is not there, is refused."""
    with pytest.raises(UsageError, match=sentence):
        parse(text)


SPOT = "spot_hour = 0.1\ninterruptions_per_hour = 0.5\nstart_s = 60\n"


def test_spot_pays_for_interruptions(tmp_path: Path) -> None:
    """An hour is cheaper, and a trial longer: (e^(ΛW) - 1)(1/Λ + R) seconds; on a cluster each node may be taken."""
    file = tmp_path / "machines.toml"
    file.write_text(HEAD + SMALL + SPOT)
    tariff = parse(f"{file}:small:spot")
    assert parse(f"{file}:spot") == tariff
    assert tariff.hour(2, cluster=False) == pytest.approx(0.1)
    assert tariff.hour(9, cluster=True) == pytest.approx(3 * 0.1 + 0.05)
    assert tariff.expected_s(2, 3600, cluster=False) == pytest.approx(math.expm1(0.5) * (7200 + 60))
    assert tariff.expected_s(8, 3600, cluster=True) == pytest.approx(math.expm1(1.0) * (3600 + 60))
    assert parse(str(file)).expected_s(2, 3600, cluster=False) == 3600
    with pytest.raises(UsageError, match="would be interrupted 5 times on small: give its price on demand"):
        tariff.expected_s(2, 36_000, cluster=False)


def test_spot_is_of_a_machine_that_has_it(tmp_path: Path) -> None:
    """A core has no price on spot, and neither has a machine without one."""
    file = tmp_path / "machines.toml"
    file.write_text(HEAD + SMALL)
    for text in ("0.05/core-h:spot", f"{file}:spot"):
        with pytest.raises(UsageError, match="where it has a spot_hour"):
            parse(text)
