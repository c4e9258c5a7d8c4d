"""What a cluster needs that one machine does not: an address, our code, the same versions, executors that are there."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import plugins
from bench.spark import conf
from bench.stores import keys
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark.failures import spark_errors

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial
    from bench.stores.keys import Keys

SECONDS_TO_REGISTER = 90  # for executors: a cluster may have to fetch and unpack an environment first
SECONDS_TO_REACH_A_MASTER = 10.0
ALWAYS_COMPARED = ("pyspark", "pyarrow", "numpy")


def settings(trial: Trial, jobs: Mapping[str, str], given: Mapping[str, str], archive: Path) -> dict[str, str]:
    """Return what Spark is told on a cluster beside what it is told everywhere.

    Args:
        trial: Gives the master, the workers and the cores.
        jobs: The strategy's own settings: one with ``spark.task.cpus`` wants an executor for each worker.
        given: The user's own settings.
        archive: Our code, out of `ship.archive`.
    """
    per_worker = jobs.get("spark.task.cpus")
    total = trial.workers * int(per_worker) if per_worker else trial.cores
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
    """Return the driver's address: the one of this host that leads to the master, where that tells.

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
            raise RankError(f"The master {master} is none without a port: write spark://HOST:PORT.")
        with suppress(OSError), socket.create_connection((host, int(port)), SECONDS_TO_REACH_A_MASTER) as connection:
            own = connection.getsockname()[0]
            os.environ.setdefault("SPARK_LOCAL_IP", own)
            return {"spark.driver.host": own}
    raise RankError(f"The master {master} does not answer: see whether it runs, and whether this host can reach it.")


def python(given: Mapping[str, str]) -> str:
    """Return the Python that executors are to run: the user's choice, or where this one lies here.

    Args:
        given: Settings of the user.
    """
    return given.get("spark.pyspark.python") or os.environ.get("PYSPARK_PYTHON") or sys.executable


def join(trial: Trial, spark: SparkSession, archive: Path, slots: int) -> None:
    """Send our code, wait for executors, and see that they have what the driver has; a phase of its own.

    Args:
        trial: The trial.
        spark: The session.
        archive: Our code, out of `ship.archive`.
        slots: Tasks that must run at once.

    Raises:
        RankError: Too few executors came, or one has another version of something.
    """
    context = spark.sparkContext
    with trial.phase("executors"):
        context.addPyFile(str(archive))
        _wait(trial, spark, slots)
        needs = plugins.load(trial.strategy).strategy.needs
        compared = tuple(dict.fromkeys([*ALWAYS_COMPARED, *needs]))
        held = keys.of_driver(trial.dataset)
        tasks = context.parallelize(range(slots), slots).barrier()
        with spark_errors():
            found = tasks.mapPartitions(lambda _: [_executor(compared, held)]).collect()
    hosts = [host for host, _ in found]
    # Spark's own additions to the JVM's options are the same for everybody.
    effective = {key: value for key, value in context.getConf().getAll() if not key.endswith("JavaOptions")}
    trial.note("spark_settings", conf.shown(effective))
    trial.note("executor_hosts", {host: hosts.count(host) for host in sorted(set(hosts))})
    own = _described(compared)
    for host, other in found:
        _compare(own, host, other)


def _executor(compared: Sequence[str], held: Keys) -> tuple[str, dict[str, str | None]]:
    """Return the address of the executor that this runs on, and what its Python is."""
    from pyspark import BarrierTaskContext

    held.use()
    context = BarrierTaskContext.get()
    return context.getTaskInfos()[context.partitionId()].address.rpartition(":")[0], _described(compared)


def _described(compared: Sequence[str]) -> dict[str, str | None]:
    """Return what this Python is, and the versions of what is to be compared."""
    import importlib.metadata
    import platform

    import bench

    found = importlib.metadata.packages_distributions()
    versions: dict[str, str | None] = {}
    for name in compared:
        names = found.get(name)
        versions[name] = importlib.metadata.version(names[0]) if names else None
    return {
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "bench": _digest(bench),
        **versions,
    }


def _digest(package: Any) -> str:
    """Return the digest of a package's own code, wherever it was imported from."""
    import hashlib
    import pkgutil

    content = hashlib.sha256()
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        name = f"{module.name}/__init__.py" if module.ispkg else f"{module.name}.py"
        content.update(pkgutil.get_data(package.__name__, name) or b"")
    return content.hexdigest()[:12]


def _compare(own: Mapping[str, str | None], host: str, other: Mapping[str, str | None]) -> None:
    for name in own:
        if other[name] != own[name]:
            theirs = f"has {name} {other[name]}" if other[name] else f"lacks {name}"
            raise RankError(
                f"The executor on {host} {theirs}, and the driver has {own[name]}: use one environment on all hosts, "
                "such as `bench pack` makes."
            )


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
