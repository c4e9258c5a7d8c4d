"""Gives the driver's credentials to processes on other hosts, and counts their requests to a store."""

from __future__ import annotations

from bench.stores import traffic
from bench.stores.keys import Keys, of_driver

__all__ = ["Keys", "add_traffic", "driver_keys", "take_traffic"]

driver_keys = of_driver


def take_traffic() -> tuple[int, int]:
    """Return the requests and bytes that this process has asked of object stores, and reset both counts.

    A worker calls it before and after its work, and sends the second result to its driver.
    """
    return traffic.own.take()


def add_traffic(requests: int, bytes_: int) -> None:
    """Add a worker's requests and bytes to those of this process, which the harness writes into the record.

    Args:
        requests: Requests that `take_traffic` returned in the worker.
        bytes_: Bytes that it returned.
    """
    traffic.own.add(requests, bytes_)
