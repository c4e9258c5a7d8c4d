"""Where a job could run: the machine or the cluster at hand, and others that somebody has probed; pure.

Of a cluster that was measured, other numbers of its nodes are forecast (`bench.advise.worker_counts`). Of nodes of
another kind nothing is said but of as many as somebody has probed, with a strategy that was measured on as many here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.advise.contenders import Contender
from bench.advise.hosts import Rooms, master_of, worker_memory
from bench.advise.refusal import Refusal
from bench.prices.machine_types import THIS, MachineType
from bench.records.directory import Run

ALL_NODES = 0  # in the place of a number: for each contender as many as its workers take
HANDED = "run `bench advise probe --for ADVICE.json --data SAMPLE --out {file}` there, and give that file"


@dataclass(frozen=True)
class Site:
    """A place to run at.

    Attributes:
        name: For people.
        nodes: Number of machines; `ALL_NODES` where nobody asked for a number.
        memory_bytes: Memory of one; None where it is unknown.
        machine: Its prices; None where nobody named any.
        probe: What was measured there; empty for the machine at hand.
        refusal: Why nothing is said of this place.
        node_cores: Cores of a node that were used here, where the runs are of a cluster; else None.
    """

    name: str
    nodes: int
    memory_bytes: float | None
    machine: MachineType | None = None
    probe: tuple[Run, ...] = ()
    refusal: Refusal | None = None
    node_cores: int | None = None

    def rooms(self, share: float, measured: Rooms) -> Rooms:
        """Return the bytes of memory that a trial may use there.

        Args:
            share: Of a machine's memory.
            measured: Those that it may use where the runs were measured: of a cluster the driver's host stays.
        """
        each = self.memory_bytes * share if self.memory_bytes else None
        return Rooms(each) if self.node_cores is None else Rooms(measured.driver, each)

    def takes(self, contender: Contender) -> bool:
        """Return whether a contender has as many nodes as this place; on one machine every one has.

        Args:
            contender: The contender.
        """
        return self.node_cores is None or self.nodes in (ALL_NODES, nodes_of(contender, self.node_cores))


def nodes_of(contender: Contender, node_cores: int) -> int:
    """Return the nodes of a cluster that a contender takes: one process takes one, such as the driver's host.

    Args:
        contender: The contender.
        node_cores: Cores of a node that were used.
    """
    cores = contender.workers * contender.largest.at.threads_per_worker
    return max(1, cores // node_cores) if contender.on_executors else 1


def node_cores(run: Run) -> int | None:
    """Return how many cores of each node of a cluster a run used; None where it is of one machine.

    Args:
        run: The run.
    """
    if master_of(run.run["environment"]) is None:
        return None
    return max(1, int(run.run["environment"]["cores"]) // most_workers(run))


def most_workers(run: Run) -> int:
    """Return the largest number of workers that was asked for."""
    return int(max(run.run["request"]["workers"]))


def here(runs: Sequence[Run], machine: MachineType | None = None) -> Site:
    """Return the machine or the cluster at hand, or why the machine of a list cannot be it.

    Args:
        runs: The runs.
        machine: The machine of the list that is said to be it, or to be a node of it.
    """
    found, cores = runs[0].run["environment"], node_cores(runs[0])
    memory = found["host"]["memory_bytes"] if cores is None else _node_memory(runs)
    if machine is None:
        name, nodes = ("this machine", 1) if cores is None else ("this cluster", ALL_NODES)
        return Site(name, nodes, memory, node_cores=cores)
    refusal = None
    if machine.cores != (cores or found["cores"]):
        who, times = ("each worker", most_workers(runs[0])) if cores else ("the runs", 1)
        reason = f"it has {machine.cores} cores, and {who} used {cores or found['cores']}"
        refusal = Refusal("machine", reason, f"measure there with --cores {times * machine.cores}")
    return Site(machine.name, 1, memory, machine, refusal=refusal, node_cores=cores)


def _node_memory(runs: Sequence[Run]) -> float | None:
    """Return the memory of a worker's host: the driver's own where executors ran there alone."""
    there = worker_memory(record for run in runs for record in run.records)
    own: float | None = runs[0].run["environment"]["host"]["memory_bytes"]
    return there or own


def elsewhere(name: str, probe: Sequence[Run], runs: Sequence[Run]) -> Site:
    """Return a machine, or a cluster, without a price.

    Args:
        name: For people.
        probe: What was measured there, one run at least.
        runs: What was measured here.
    """
    if node_cores(probe[0]) is None:
        memory, refusal = probe[0].run["environment"]["host"]["memory_bytes"], _of_probe(probe, runs)
        return Site(name, 1, memory, probe=tuple(probe), refusal=refusal)
    return Site(name, ALL_NODES, _node_memory(probe), probe=tuple(probe), node_cores=node_cores(runs[0]))


def of_list(machine: MachineType, runs: Sequence[Run], probes: Mapping[str, Sequence[Run]]) -> list[Site]:
    """Return the places that a machine of a list stands for, one for each number of nodes.

    Args:
        machine: The machine.
        runs: What was measured here.
        probes: What was measured elsewhere, by the name of its file in the list.
    """
    if machine.probe == THIS:
        first = here(runs, machine)
    elif machine.probe is not None:
        probe = probes[machine.probe]
        mine = node_cores(runs[0]) if node_cores(probe[0]) else None
        refusal = _of_probe(probe, runs)
        first = Site(machine.name, 1, machine.memory_bytes, machine, tuple(probe), refusal, node_cores=mine)
        cores = node_cores(probe[0]) or probe[0].run["environment"]["cores"]
        if cores != machine.cores and not refusal:
            reason = f"it has {machine.cores} cores, and its probe used {cores}"
            times = most_workers(probe[0]) if node_cores(probe[0]) else 1
            other = Refusal("machine", reason, f"probe there with --cores {times * machine.cores}")
            first = replace(first, refusal=other)
    else:
        how = HANDED.format(file=f"{machine.name}.json")
        unknown = Refusal("machine", "nobody has run these strategies there, and no other benchmark tells", how)
        first = Site(machine.name, 1, machine.memory_bytes, machine, refusal=unknown)
    return [_several(first, nodes) for nodes in machine.counts]


def _of_probe(probe: Sequence[Run], runs: Sequence[Run]) -> Refusal | None:
    """Return that a probe of one machine tells nothing of what was measured on a cluster."""
    if node_cores(probe[0]) or not node_cores(runs[0]):
        return None
    return Refusal("unlike", "its probe is of one machine, and the runs are of a cluster", "probe there with --master")


def _several(first: Site, nodes: int) -> Site:
    """Return a place with so many nodes: of one machine nothing tells what several do."""
    if nodes == 1 or first.node_cores or first.refusal:
        return replace(first, nodes=nodes)
    reason = "what several nodes gain takes runs on a cluster of them, and there are none"
    change = "probe that cluster with --master" if first.probe else "measure on it with --master, and --workers 1,2,4"
    return replace(first, nodes=nodes, refusal=Refusal("few", reason, f"take one node, or {change}"))
