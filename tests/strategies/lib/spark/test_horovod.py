"""Which interface ranks ask for the driver at, and where Horovod's servers listen."""

from __future__ import annotations

import secrets

import psutil
import pytest

from strategies.lib.spark.horovod import _reachable
from strategies.lib.spark.horovod_servers import bound_to

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


@pytest.mark.parametrize(("host", "bound"), [("127.0.0.1", "127.0.0.1"), (None, "0.0.0.0")])  # noqa: S104 - its own way
def test_servers_listen_where_they_are_told(host: str | None, bound: str) -> None:
    """The driver's service and the rendezvous; whoever reaches the latter may write to it."""
    http_server = pytest.importorskip("horovod.runner.http.http_server")
    rendezvous = http_server.RendezvousServer()
    with bound_to(host):
        driver = service.SparkDriverService(1, 1, None, (), {}, secrets.token_bytes(16), {"lo"})
        ports = {driver._port, rendezvous.start()}
    try:
        sockets = [one for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_LISTEN]
        assert [one.laddr.ip for one in sockets if one.laddr.port in ports] == [bound, bound]
    finally:
        driver.shutdown()
        rendezvous.stop()
        rendezvous._httpd.server_close()
