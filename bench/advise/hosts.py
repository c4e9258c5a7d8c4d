"""Which hosts the memory of a trial is on: one machine, or the driver's and the workers' of a cluster; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bench.records.directory import Record
from bench.spark.conf import is_local

Host = Literal["driver", "worker"]  # the driver's is the only one where nothing runs on others
HOSTS: tuple[Host, ...] = ("driver", "worker")
TOLD = {"driver": "the driver's host", "worker": "a worker's host"}


@dataclass(frozen=True)
class Rooms:
    """The bytes of memory that a trial may use, by host; None where nobody knows.

    Attributes:
        driver: On the host of `bench`.
        worker: On the smallest of the hosts that executors ran on.
    """

    driver: float | None
    worker: float | None = None

    def of(self, host: Host) -> float | None:
        """Return the bytes of one host."""
        return self.driver if host == "driver" else self.worker


def master_of(environment: Mapping[str, Any]) -> str | None:
    """Return the master of the cluster that a run was on; None where Spark ran in one process, or not at all.

    Args:
        environment: Of the run.
    """
    master = (environment.get("cluster") or {}).get("master")
    return None if master is None or is_local(master) else str(master)


def spark_settings(environment: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of Spark that a run was given.

    Args:
        environment: Of the run.
    """
    return dict((environment.get("cluster") or {}).get("settings") or {})


def peaks(record: Record) -> dict[Host, float | None]:
    """Return the peak memory of a trial on the driver's host, and on the fullest of the others where it ran on others.

    Args:
        record: The trial's record.

    Returns:
        Bytes by host; None where Spark could not measure an executor.
    """
    total, executors = record["resources"]["peak_memory_bytes"], _executors(record)
    if not executors:
        return {"driver": total or None}
    by_address: dict[str, list[float | None]] = defaultdict(list)
    for each in executors:
        by_address[str(each["address"]).rpartition(":")[0]].append(each["peak_memory_bytes"] or None)
    here = by_address.pop(record["notes"].get("spark_settings", {}).get("spark.driver.host", ""), [])
    own = total - sum(each["peak_memory_bytes"] or 0 for each in executors)
    found: dict[Host, float | None] = {"driver": _sum([own, *here])}
    if by_address:
        hosts = [_sum(each) for each in by_address.values()]
        found["worker"] = None if None in hosts else max(host for host in hosts if host)
    return found


def worker_memory(records: Iterable[Record]) -> float | None:
    """Return the memory of the smallest host that executors ran on, in bytes; None where nobody knows.

    Args:
        records: Records of trials on a cluster, or on one machine.
    """
    known = [record.get("notes", {}).get("executor_memory_bytes") or {} for record in records]
    found = [bytes_ for each in known for bytes_ in each.values()]
    return None if not found or None in found else min(found)


def _executors(record: Record) -> list[dict[str, Any]]:
    noted = record.get("notes", {}).get("executors")
    return [each for each in noted if isinstance(each, dict)] if isinstance(noted, list) else []


def _sum(values: Iterable[float | None]) -> float | None:
    found = list(values)
    return None if None in found else sum(value for value in found if value is not None)
