"""Starts and stops the Spark session of a strategy, with the JVM."""

from __future__ import annotations

import os
import pwd
import shlex
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Skip, memory_available, spark
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import cluster, executors, hadoop, ship
from strategies.lib.spark.failures import start_errors
from strategies.lib.spark.workers import add_workers_traffic

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from bench import Trial

# Bytes of the driver's heap: one part in so many of the memory there is, no less than Spark's default, and no more
# than the JVM can still address with compressed pointers.
MEMORY_SHARE, MEMORY_LEAST, MEMORY_MOST = 4, 1 << 30, 31 << 30


def start_spark(trial: Trial, settings: Mapping[str, str] | None = None) -> SparkSession:
    """Start Spark, JVM included, in this process; one attempt per task, and nothing that talks to the outside.

    Args:
        trial: Gives the master, and a scratch directory that Spark keeps its files in.
        settings: Settings beside those that all strategies share.

    Raises:
        Skip: There is no Java, or the user has no name.
        RankError: Spark does not start, loopback has no 127.0.0.1, or a cluster gives too few executors.
    """
    import pyspark
    from pyspark.sql import SparkSession

    _require_user()
    _use_java(trial)
    jobs, given, local = dict(settings or {}), _given(trial), spark.is_local(trial.master)
    # By default the workers may pick another Python, without our packages.
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["PYSPARK_PYTHON"] = sys.executable if local else cluster.python(given)
    chosen = _settings(trial) | jobs
    if local:
        _require_loopback()
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        chosen |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        # On a cluster its own defaults for the driver's JVM must stay.
        chosen |= _directory_of_java(trial)
    else:
        archive = ship.write_archive(trial)
        chosen |= cluster.settings(trial, jobs, given, archive)
    if trial.master.startswith("local"):
        # A user's SPARK_HOME may lead to a Spark of another version than this environment's.
        os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    # In a file, because everybody on this machine sees the arguments of a command.
    path = {name: chosen[name] for name in chosen if name == "spark.executorEnv.PYTHONPATH"}
    spark.write_settings(chosen | hadoop.chosen(trial.dataset, given) | path, trial.scratch / "spark.properties")
    arguments = ["--load-spark-defaults", "--properties-file", str(trial.scratch / "spark.properties")]
    os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join([*arguments, "pyspark-shell"])
    with start_errors():
        session: SparkSession = SparkSession.builder.getOrCreate()
    executors.remember(trial, session)
    if not local:
        slots = trial.workers * (1 if "spark.task.cpus" in jobs else trial.threads_per_worker)
        cluster.join(trial, session, archive, slots)
    return session


def _require_loopback() -> None:
    """Check that 127.0.0.1 is there, since the JVM says so in pages of its own only.

    Raises:
        RankError: It is not: loopback is down, or has ::1 only.
    """
    try:
        socket.create_server(("127.0.0.1", 0)).close()
    except OSError as error:
        raise RankError(
            f"Spark listens on 127.0.0.1, which is not there ({os.strerror(error.errno or 0)}): give it to the "
            "loopback interface, such as by `ip address add 127.0.0.1/8 dev lo`."
        ) from error


def _require_user() -> None:
    """Check that the user has a name, as in an image that is run as any number it may not.

    Raises:
        Skip: It has none: Hadoop's login fails in Java's own, by a NullPointerException.
    """
    try:
        pwd.getpwuid(os.getuid())
    except KeyError as error:
        raise Skip(
            f"Spark starts for a user with a name only, and {os.getuid()} has none: give it one in /etc/passwd."
        ) from error


def _given(trial: Trial) -> dict[str, str]:
    in_file = spark.read_settings(trial.spark_conf_file) if trial.spark_conf_file else {}
    return in_file | spark.parse_settings(trial.spark_conf)


def _use_java(trial: Trial) -> None:
    found = spark.find_java()
    if found is None:
        raise Skip(f"Spark finds no Java. {spark.JAVA_REMEDY}")
    home = spark.java_home(found, trial.scratch / "java")
    if not os.access(home / "bin" / "java", os.X_OK):
        raise Skip(
            f"Java needs a script here, and no program may run in {trial.scratch.parent.parent} (mounted noexec): let "
            "TMPDIR name another directory, or install a JDK with jdk.incubator.vector."
        )
    os.environ["JAVA_HOME"] = str(home)
    trial.note("java", f"{found.version} ({found.source})")
    # Without it MLlib's linear algebra runs without vector instructions.
    trial.note("java_vector_module", found.has_vector_module)


def _directory_of_java(trial: Trial) -> dict[str, str]:
    """Return the setting that has the JVM unpack its native libraries in the scratch directory, if they can load there.

    By default they go to /tmp, whatever TMPDIR says, where hardened hosts let nothing run.
    """
    directory = trial.scratch / "tmp"
    directory.mkdir(exist_ok=True)
    probe = directory / "program"
    probe.touch(mode=0o700)
    if not os.access(probe, os.X_OK):
        return {}
    return {"spark.driver.extraJavaOptions": f'"-Djava.io.tmpdir={directory}"'}


def _settings(trial: Trial) -> dict[str, str]:
    return {
        "spark.app.name": f"bench {trial.strategy}",
        "spark.master": trial.master,
        "spark.driver.memory": f"{_driver_memory() >> 20}m",
        "spark.local.dir": str(trial.scratch / "spark"),
        "spark.sql.warehouse.dir": str(trial.scratch / "warehouse"),
        # With the cost that Spark assumes for opening a file, 4 MiB, the first of two partitions of a small file is
        # twice the second; at 0 the last byte of an odd size would get a partition of its own.
        "spark.sql.files.openCostInBytes": "1k",
        # The default of 200 makes 200 tiny tasks of every shuffle.
        "spark.sql.shuffle.partitions": str(trial.cores),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
        "spark.sql.files.ignoreCorruptFiles": "false",
        "spark.task.maxFailures": "1",
        "spark.stage.maxConsecutiveAttempts": "1",
        # A barrier stage that lacks slots gives up after 10 s; by default it retries 40 times, each 15 s.
        "spark.scheduler.barrier.maxConcurrentTasksCheck.interval": "1s",
        "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures": "10",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.log.level": "ERROR",
    }


def _driver_memory() -> int:
    """Return the bytes of heap for the driver, which in local mode does all the work."""
    available = memory_available() or MEMORY_LEAST * MEMORY_SHARE
    return max(MEMORY_LEAST, min(available // MEMORY_SHARE, MEMORY_MOST))


def stop_spark(session: SparkSession | None) -> None:
    """Stop Spark and its JVM, and wait until both are gone; ``session.stop()`` alone leaves the JVM running.

    Args:
        session: The session, or None if it never came up; its JVM may have.
    """
    from pyspark import SparkContext

    if session is not None:
        add_workers_traffic(session)
        executors.record_usage(session)
        session.stop()
    gateway = SparkContext._gateway
    if gateway is None:
        return
    gateway.shutdown()
    # The JVM ends when its standard input does, and takes its Python workers with it.
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None
