"""Spark on a cluster: its settings, the driver's address, our code on executors, and executors that are alike."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from bench import load_strategy
from bench.rows import driver_keys
from bench.spark import executor_marks, hide_secrets
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import likeness
from strategies.lib.spark.failures import spark_errors

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial

SECONDS_TO_REGISTER = 90  # for executors: a cluster may have to fetch and unpack an environment first
SECONDS_TO_REACH_A_MASTER = 10.0


def settings(trial: Trial, jobs: Mapping[str, str], given: Mapping[str, str], archive: Path) -> dict[str, str]:
    """Return the settings of Spark on a cluster, beside those that it has everywhere.

    Args:
        trial: Gives the master, the workers and the cores.
        jobs: The strategy's own settings: one with ``spark.task.cpus`` wants an executor for each worker.
        given: The user's own settings.
        archive: Our code, out of `ship.write_archive`.
    """
    per_worker = jobs.get("spark.task.cpus")
    total = trial.workers * (int(per_worker) if per_worker else trial.threads_per_worker)
    found = {
        "spark.cores.max": str(total),
        "spark.dynamicAllocation.enabled": "false",
        "spark.executor.processTreeMetrics.enabled": "true",
        "spark.executor.metrics.pollingInterval": "2s",
        # The CPU time of executors is summed over all stages at the end; by default the first of 1,000 are forgotten.
        "spark.ui.retainedStages": "1000000",
        # A host that is cut off is given up after a minute and a half, and an executor that has lost its driver then
        # ends itself; by default it would stay for ten minutes.
        "spark.executor.heartbeatInterval": "5s",
        "spark.network.timeout": "90s",
        "spark.network.timeoutInterval": "5s",
        "spark.executor.heartbeat.maxFailures": "15",
        **executor_marks(),
    }
    # A fresh Python that a task starts, as Horovod's does, finds our code by this: it lies in the task's own directory.
    path = "spark.executorEnv.PYTHONPATH"
    found[path] = os.pathsep.join(filter(None, [archive.name, given.get(path)]))
    if per_worker:
        found |= {"spark.executor.cores": per_worker, "spark.executor.instances": str(trial.workers)}
    elif not trial.master.startswith(("spark://", "local-cluster")):
        # A standalone cluster spreads cores over its hosts by itself.
        found |= {"spark.executor.cores": "1", "spark.executor.instances": str(total)}
    return found | ({} if "spark.driver.host" in given else _address(trial.master))


def _address(master: str) -> dict[str, str]:
    """Return the settings of the driver's address: of this host's, the one that leads to the master, if that is known.

    Raises:
        RankError: The master does not answer, or is named without a port.
    """
    if master.startswith("local-cluster"):
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        return {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if not master.startswith("spark://"):
        return {}
    addresses = master.removeprefix("spark://").split(",")
    for each in addresses:
        host, _, port = each.rpartition(":")
        if not port.isdecimal():
            raise RankError(f"The master {master} has no port: write spark://HOST:PORT.")
        with suppress(OSError), socket.create_connection((host, int(port)), SECONDS_TO_REACH_A_MASTER) as connection:
            own = connection.getsockname()[0]
            os.environ.setdefault("SPARK_LOCAL_IP", own)
            return {"spark.driver.host": own}
    raise RankError(f"The master {master} does not answer: see whether it runs, and whether this host can reach it.")


def python(given: Mapping[str, str]) -> str:
    """Return the path of the Python that executors are to run: the user's choice, or the path of this one.

    Args:
        given: Settings of the user.
    """
    return given.get("spark.pyspark.python") or os.environ.get("PYSPARK_PYTHON") or sys.executable


def join(trial: Trial, spark: SparkSession, archive: Path, slots: int) -> None:
    """Send our code, wait for executors, and check that they are like the driver; a phase of its own.

    Args:
        trial: The trial.
        spark: The session.
        archive: Our code, out of `ship.write_archive`.
        slots: Tasks that must run at once.

    Raises:
        RankError: Too few executors came, or one has another version of something.
    """
    context = spark.sparkContext
    with trial.phase("executors"):
        context.addPyFile(str(archive))
        _wait(trial, spark, slots)
        needs = load_strategy(trial.strategy).strategy.needs
        compared = tuple(dict.fromkeys([*likeness.ALWAYS_COMPARED, *needs]))
        keys = driver_keys(trial.dataset)
        tasks = context.parallelize(range(slots), slots).barrier()
        with spark_errors():
            found = tasks.mapPartitions(lambda _: [likeness.describe_executor(compared, keys)]).collect()
    hosts = [host for host, _, _ in found]
    # Spark's own additions to the JVM's options are the same for everybody.
    effective = {key: value for key, value in context.getConf().getAll() if not key.endswith("JavaOptions")}
    trial.note("spark_settings", hide_secrets(effective))
    trial.note("executor_hosts", {host: hosts.count(host) for host in sorted(set(hosts))})
    trial.note("executor_memory_bytes", {host: memory for host, memory, _ in sorted(found, key=itemgetter(0))})
    own = likeness.describe(compared)
    for host, _, other in found:
        likeness.require(own, host, other)


def _wait(trial: Trial, spark: SparkSession, slots: int) -> None:
    context = spark.sparkContext._jsc.sc()
    profile = context.resourceProfileManager().defaultResourceProfile()
    deadline = time.monotonic() + SECONDS_TO_REGISTER
    while (found := context.maxNumConcurrentTasks(profile)) < slots:
        if context.isStopped():
            raise RankError(f"The master {trial.master} took no application: see its log.")
        if time.monotonic() >= deadline:
            raise RankError(
                f"{slots} tasks must run at once, and {trial.master} had room for {found} after "
                f"{SECONDS_TO_REGISTER} s: lower --workers or --cores, or see what else runs there."
            )
        time.sleep(0.2)
