"""A standalone Spark cluster out of the pip package: a master, and workers on hosts that may be network namespaces."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyspark

from bench.spark import java
from bench.trial.prctl import die_with_parent
from tests.jvm import FRUGAL
from tests.objectstore import free_ports

SECONDS_TO_START = 180  # beside other tests


@dataclass(frozen=True)
class Host:
    """A host for processes of the cluster.

    Attributes:
        address: Its IP address.
        home: Its home, which also holds its temporary and working directories.
        prefix: Command that runs another command there.
    """

    address: str
    home: Path
    prefix: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)

    def start(self, command: Sequence[str], log: Path, **environ: str) -> subprocess.Popen[bytes]:
        """Start a command there, in its home; what it prints goes to a file."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "tmp").mkdir(exist_ok=True)
        own = {"HOME": str(self.home), "TMPDIR": str(self.home / "tmp"), "SPARK_LOCAL_IP": self.address}
        with log.open("ab") as output:
            return subprocess.Popen(
                [*self.prefix, *command],
                cwd=self.home,
                env={**os.environ, **own, **self.environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent,
            )


class Cluster:
    """The processes of a cluster.

    Attributes:
        url: The value for ``--master``.
        master: The master's process.
        workers: The workers' processes, in the order of their hosts.
    """

    def __init__(self, directory: Path, master: Host, hosts: Sequence[Host], cores: int = 2) -> None:
        """Start it and wait until all workers are there.

        Args:
            directory: For logs.
            master: Where the master runs.
            hosts: Where the workers run, one for each.
            cores: Cores that each worker offers.
        """
        directory.mkdir(parents=True, exist_ok=True)
        port = free_ports(1)[0]
        self.url = f"spark://{master.address}:{port}"
        self._log = directory / "master.log"
        home = java.write_shim(java.find(), directory / "java")
        self._environ = {
            "JAVA_HOME": str(home),
            "JDK_JAVA_OPTIONS": FRUGAL,
            "SPARK_DAEMON_MEMORY": "200m",
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
        }
        place = ["--host", master.address, "--port", str(port), "--webui-port", "0"]
        self.master = master.start(self._command("master.Master", *place), self._log, **self._environ)
        self._wait(lambda: _listens(master, port))
        self.workers = []
        for number, host in enumerate(hosts):
            offer = ["--host", host.address, "--webui-port", "0", "--cores", str(cores), "--memory", "2g"]
            offer += ["--work-dir", str(host.home / "work"), self.url]
            command = self._command("worker.Worker", *offer)
            self.workers.append(host.start(command, directory / f"worker-{number}.log", **self._environ))
        self._wait(lambda: self._log.read_text().count("Registering worker") >= len(hosts))

    def _command(self, daemon: str, *arguments: str) -> list[str]:
        program = Path(pyspark.__file__).parent / "bin" / "spark-class"
        return [str(program), f"org.apache.spark.deploy.{daemon}", *arguments]

    def _wait(self, done: object) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not done():
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.1)

    def executors(self) -> list[psutil.Process]:
        """Return the processes that work for applications: executors and their children."""
        found = []
        for worker in self.workers:
            with suppress(psutil.NoSuchProcess):
                found += psutil.Process(worker.pid).children(recursive=True)
        # The script that starts a worker leaves a dead shell behind, which the worker's Java does not bury.
        return [one for one in found if _alive(one) and "deploy.worker.Worker" not in " ".join(_arguments(one))]

    def idle(self, seconds: float = 90) -> bool:
        """Return whether nothing works for an application any more, or stops to within a while."""
        deadline = time.monotonic() + seconds
        while self.executors() and time.monotonic() < deadline:
            time.sleep(0.2)
        return not self.executors()

    def stop(self) -> None:
        """End all of it."""
        left = self.executors()
        for process in (*self.workers, self.master):
            process.kill()
            process.wait()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _arguments(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def _listens(host: Host, port: int) -> bool:
    if host.prefix:
        probe = f"import socket; socket.create_connection(('{host.address}', {port}), 1)"
        return subprocess.run([*host.prefix, "python3", "-c", probe], capture_output=True, check=False).returncode == 0
    with suppress(OSError), socket.create_connection((host.address, port), 1):
        return True
    return False


@contextmanager
def on_loopback(directory: Path, workers: int = 3) -> Iterator[Cluster]:
    """Run a cluster of this machine alone, as long as the block runs."""
    hosts = [Host("127.0.0.1", directory / f"worker-{number}") for number in range(workers)]
    cluster = Cluster(directory, Host("127.0.0.1", directory / "master"), hosts)
    try:
        yield cluster
    finally:
        cluster.stop()
