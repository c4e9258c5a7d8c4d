"""The work on several hosts, and the cut between them: network namespaces with a Spark cluster and an object store."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.campaign import victims
from tests.campaign.faults import Choices, Signal
from tests.campaign.runs import RunOnDisk
from tests.campaign.sandbox import Sandbox
from tests.campaign.stores import copy_dataset
from tests.campaign.works import DATASET, Work
from tests.jvm import FRUGAL
from tests.namespaces import Network, network
from tests.objectstore import BUCKET, ObjectStore
from tests.standalone import Cluster

NAMES = ("one", "two")
DATA = f"s3://{BUCKET}/hosts"
# Spark gives a host up after 90 s, and the host its driver after 75: it is the same after less.
SOONER = ("spark.network.timeout=30s", "spark.executor.heartbeat.maxFailures=5")
SECONDS_TO_BE_IDLE = 150
CHOSEN = (
    ("--strategy", "xgboost_barrier", "--trees", "4"),
    ("--strategy", "lightgbm_spark", "--trees", "4", "--bins", "16"),  # LightGBM needs ten rows for each
    ("--strategy", "mllib_linear"),
)


@dataclass
class Hosts:
    """What is there.

    Attributes:
        network: The hosts.
        store: The object store, which all of them reach.
        cluster: The cluster.
    """

    network: Network
    store: ObjectStore
    cluster: Cluster


class Room:
    """The hosts, which are made with the first plan that needs them."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._hosts: Hosts | None = None

    def open(self, root: Path) -> Hosts:
        """Return them.

        Args:
            root: Directory of the sandboxes, with the datasets.
        """
        if self._hosts is None:
            made = self._stack.enter_context(network(root / "hosts", ["driver", *NAMES], clear=["driver"]))
            store = ObjectStore(root / "hosts-store", made.address)
            self._stack.callback(store.kill)
            store.start()
            workers = [made.hosts[name] for name in NAMES]
            cluster = Cluster(root / "hosts-cluster", made.hosts["driver"], workers, cores=1)
            self._stack.callback(cluster.stop)
            copy_dataset(root / "datasets" / DATASET, DATA, store)
            self._hosts = Hosts(made, store, cluster)
        return self._hosts

    def close(self) -> None:
        """End all of it."""
        self._stack.close()


ROOM = Room()


class HostsRun(RunOnDisk):
    """`bench run` on a cluster of two hosts, from a third, with the dataset in a store."""

    name, weight, real, mounts = "run on hosts", 1.0, True, True

    targets = frozenset({"harness", "worker"})

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return a run of one strategy."""
        settings = [part for setting in SOONER for part in ("--spark-conf", setting)]
        place = ("--master", "MASTER", "--data", DATA, "--workers", "2", "--timeout", "90s")
        return ("run", *random.choice(CHOSEN), *place, *settings)

    def prepare(self, box: Sandbox) -> None:
        """Go to the driver's host."""
        hosts = ROOM.open(box.root.parent)
        box.prefix, box.words = hosts.network.hosts["driver"].prefix, {"MASTER": hosts.cluster.url}
        box.environ.update(hosts.store.environ | {"JDK_JAVA_OPTIONS": FRUGAL})

    def kept_elsewhere(self, box: Sandbox) -> Iterator[tuple[str, bytes]]:
        """Yield what the hosts and the cluster's daemons keep on their disks."""
        for place in ("hosts", "hosts-cluster"):
            for path in (box.root.parent / place).rglob("*"):
                with contextlib.suppress(OSError):  # a daemon removes it meanwhile
                    if path.is_file():
                        yield str(path.relative_to(box.root.parent)), path.read_bytes()

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """See that nothing works on any host any more, and resume the run."""
        hosts = ROOM.open(box.root.parent)
        if not hosts.cluster.idle(SECONDS_TO_BE_IDLE):
            yield "an executor is left on a host"
        yield from super().finish(box, arguments)
        if not hosts.cluster.idle(SECONDS_TO_BE_IDLE):
            yield "after --resume an executor is left on a host"


@dataclass(frozen=True)
class Cut(Signal):
    """A host cannot be reached for a while, from a moment of the run on."""

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the moment, the host, and for how long."""
        more = {"host": random.choice((*NAMES, "driver")), "for_s": random.choice((1, 5, 20, 150))}
        return {**super().draw(random, work), "trial": 0, **more}

    def act(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices, usual_s: float) -> None:
        """Wait for the moment, cut the host off, and connect it again."""
        victims.wait_for_moment(box, process, choices, usual_s)
        if process.poll() is not None:
            return
        there = ROOM.open(box.root.parent).network
        box.hit = f"{choices['host']} in {victims.phase(box)}"
        there.cut(choices["host"])
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(choices["for_s"])
        finally:
            time.sleep(1)
            there.mend(choices["host"])
