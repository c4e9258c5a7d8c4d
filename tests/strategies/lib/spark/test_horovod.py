"""Which interface ranks ask for the driver at."""

from __future__ import annotations

import secrets

import pytest

from strategies.lib.spark.horovod import _reachable

service = pytest.importorskip("horovod.spark.driver.driver_service")


def test_ranks_of_one_host_do_not_ask_for_the_driver_at_their_loopback() -> None:
    """Horovod takes any interface that ranks have in common, which the loopback is where they share a host."""
    driver = service.SparkDriverService(1, 1, None, (), {}, secrets.token_bytes(16), None)
    try:
        own = driver.addresses()
        driver._task_addresses_for_tasks = {0: own}
        outer = {name for name, places in own.items() if not all(host.startswith("127.") for host, _ in places)}
        if not outer:
            pytest.skip("this machine has a loopback only")
        assert set(own) > outer
        assert service.SparkDriverService.get_common_interfaces(driver) == set(own)
        assert _reachable(service.SparkDriverService.get_common_interfaces)(driver) == outer
    finally:
        driver.shutdown()


def test_the_loopback_is_taken_where_it_is_asked_for() -> None:
    """As in local mode, where all are on one host and other interfaces may be closed."""
    driver = service.SparkDriverService(1, 1, None, (), {}, secrets.token_bytes(16), {"lo"})
    try:
        assert _reachable(service.SparkDriverService.get_common_interfaces)(driver) == {"lo"}
    finally:
        driver.shutdown()
