"""Runs on a cluster, as `bench run --master` leaves them, of strategies whose times and memory a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.records.directory import Run
from tests.advise.measured import GIB, SIZES, Maker, rung

MASTER = "spark://driver:7077"


@dataclass(frozen=True)
class Cluster:
    """A cluster, and what workers take there.

    Attributes:
        seconds: The time for so many rows and workers.
        counts: Numbers of workers that were measured.
        worker: Bytes of a worker for so many rows and workers.
        driver: Bytes of the driver for so many rows.
        memory: Bytes of a worker's host.
        cores: Cores of each worker.
        address: The address of a worker, by its number; the driver has the first.
        master: The master's URL.
    """

    seconds: Callable[[float, int], float]
    counts: Sequence[int] = (1, 2, 3)
    worker: Callable[[float, int], float] = lambda rows, workers: 3e8 + 300 * rows / workers
    driver: Callable[[float], float] = lambda rows: 4e8 + 12 * rows
    memory: float = 8 * GIB
    cores: int = 1
    address: Callable[[int], str] = lambda number: f"10.0.0.{1 + number}"
    master: str = MASTER

    def runs(self, strategy: str = "horovod", sizes: Sequence[int] = SIZES) -> list[Run]:
        """Return a run for each size and number of workers."""
        return [self._run(strategy, rows, workers) for rows in sizes for workers in self.counts]

    def _run(self, strategy: str, rows: int, workers: int) -> Run:
        maker = Maker(lambda found: self.seconds(found, workers), workers=workers)
        run = rung({strategy: maker}, rows, request={"workers": list(self.counts), "master": self.master})
        most = max(self.counts)
        run.run["environment"]["cluster"] = {"master": self.master, "settings": {}}
        run.run["environment"]["cores"] = most * self.cores
        hosts = [self.address(number) for number in range(1, workers + 1)]
        each = int(self.worker(rows, workers))
        for record in run.records:
            record["trial"].update(cores=most * self.cores, threads_per_worker=self.cores)
            record["resources"]["peak_memory_bytes"] = int(self.driver(rows)) + each * workers
            record["notes"] |= {
                "executors": [{"address": f"{host}:7000", "peak_memory_bytes": each} for host in hosts],
                "executor_hosts": dict.fromkeys(hosts, 1),
                "executor_memory_bytes": dict.fromkeys(hosts, int(self.memory)),
                "spark_settings": {"spark.driver.host": self.address(0)},
            }
        return run
