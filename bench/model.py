"""The nouns of the harness as frozen dataclasses, which its rooms pass to each other.

The gate calls this module of other revisions by its name: it does not move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bench.facts import Dataset, Network, Place, Reference, Storage, Strategy


class Clock(Protocol):
    """The part of the worker's clock that a trial uses."""

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Name a stretch of time."""

    def note(self, name: str, value: Any) -> None:
        """Leave a fact for the record."""

    def measure(self, name: str, value: float) -> None:
        """Leave a number that figures are made of."""

    def ranks(self, name: str, seconds: Sequence[float]) -> None:
        """Name a stretch of time that each rank measured for itself."""

    def stages(self, stages: Sequence[Mapping[str, float]]) -> None:
        """Leave what Spark says of its stages."""


class RowDelivery(Protocol):
    """Rows that a strategy has handed over to the processes that train."""

    def run(self, function: Callable[[int, int, Iterator[Any]], Any]) -> Sequence[Any]:
        """Call a function in each process that trains, with its rows; see `bench.hookspecs.bench_handoff`."""


@dataclass(frozen=True)
class Trial:
    """One measured execution, as its strategy sees it.

    Attributes:
        strategy: Name of the strategy.
        task: Name of the task: ``train``, ``predict``, ``cluster``, ``handoff``, or one that a package brings.
        dataset: The dataset.
        splits_to_score: Splits that ``bench_predict`` scores: the test split in a train trial,
            both in a predict trial.
        workers: Processes that share the work; 1 unless the strategy is distributed.
        cores: CPU cores that the whole trial may use.
        threads_per_worker: Threads for each worker in every library that has such a setting.
        repeat: Number of the repeat, from 0.
        seed: Seed of every random choice.
        epochs: Passes over the train split (``mlp``).
        batch_size: Rows of a *global* batch, whatever the number of workers (``mlp``).
        sparse_as_dense: Whether Horovod's ranks add up gradients of embeddings as whole tables, 1, or gather the rows
            that were met, 0 (``mlp``).
        trees: Number of trees (``gbt``).
        depth: Greatest depth of a tree (``gbt``).
        bins: Bins of a feature's histogram (``gbt``).
        clusters: Clusters to find (``kmeans``).
        iterations: Steps of Lloyd's algorithm, each over all rows (``kmeans``).
        step_ms: Milliseconds that a trainer waits for each batch (``handoff``).
        frame: Where the data frame's rows are when the clock starts, ``cached`` or ``lazy`` (``handoff``).
        learning_rate: Step size of the family's optimiser, or shrinkage of its trees.
        budget_s: Seconds after which a strategy that scores row by row may stop (``predict``).
        master: Spark master URL.
        scratch: Directory for all files of the strategy; removed after the trial.
        model: The model, of Keras or PyTorch, that strategies with ``scores="reference"`` score with, a file or a
            directory; ``None`` in a train trial, and where a strategy scores with its own.
        initial: File of NumPy, on the driver's disk, with the model that all strategies begin with where the task has
            one: in a cluster trial the centres, float32 of shape (clusters, features), standardised.
        network: The network that strategies with ``networks`` train; ``None`` for their family's own, and elsewhere.
        save_to: Directory, on the driver's disk, which strategies with ``saves`` make for the model that they have
            trained, one file or one directory in it; ``None`` where nobody asked for it.
        write_to: Where predictions are to be written, where that was asked for.
        shared: A place that all hosts see, for files of a hand-off, where one was named; removed after the trial.
        settings: Settings by name of a family that a package brings; those of ours are attributes.
        spark_conf: Settings of Spark that the user gave on the command line, as ``key=value``.
        spark_conf_file: File with more of them, which may hold secrets; only the driver reads it.
        clock: The worker's clock; ``None`` in a process that the trial was shipped to.
    """

    strategy: str
    task: str
    dataset: Dataset
    splits_to_score: tuple[str, ...]
    workers: int
    cores: int
    threads_per_worker: int
    repeat: int
    seed: int
    epochs: int
    batch_size: int
    trees: int
    depth: int
    bins: int
    learning_rate: float
    budget_s: float
    master: str
    scratch: Path
    clusters: int = 8
    iterations: int = 20
    step_ms: int = 0
    frame: str = "cached"
    sparse_as_dense: int = 1
    model: Path | None = None
    initial: Path | None = None
    network: Network | None = None
    save_to: Path | None = None
    write_to: Place | None = None
    shared: Place | None = None
    spark_conf: tuple[str, ...] = ()
    spark_conf_file: str | None = None
    settings: Mapping[str, int | str] = field(default_factory=dict)
    clock: Clock | None = field(default=None, compare=False, repr=False)

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Name an inner phase of a hook: ``with trial.phase("load"): …``."""
        return self.clock.phase(name) if self.clock else nullcontext()

    def note(self, name: str, value: Any) -> None:
        """Leave a fact for the record, such as a device or rows that were dropped.

        Args:
            name: A short word.
            value: Anything that JSON can hold.
        """
        if self.clock:
            self.clock.note(name, value)

    def measure(self, name: str, value: float) -> None:
        """Leave a number that the harness makes figures of; an impossible one makes the trial ``invalid``.

        Args:
            name: ``rows_scored``, where a strategy that goes row by row has stopped in time;
                ``parameters``, weights that are trained, and ``flops_per_row``, floating-point operations of a forward
                pass, of a network; ``allreduce_bytes_per_step``, bytes of gradients that each step adds up over all
                workers, and ``allgather_bytes_per_step``, those that each worker hands to all others as they are;
                ``steps_timed``, the steps that ranks took in their inner phases ``train`` and ``allreduce``;
                ``rows_dropped_per_epoch``, rows of the train split that no step of an epoch takes;
                ``executors_cpu_s`` and ``executors_memory_bytes``, the use of processes on other machines;
                ``store_requests`` and ``store_bytes``, the requests to an object store and the bytes that they read.
            value: At least 0, and at most what is possible (`bench.trial.measures.BOUNDS`).
        """
        if self.clock:
            self.clock.measure(name, value)

    def ranks(self, name: str, seconds: Sequence[float]) -> None:
        """Name an inner phase that ranks in other processes measured for themselves.

        Args:
            name: A short word, such as ``load``.
            seconds: The seconds of each rank, in the order of the ranks.
        """
        if self.clock:
            self.clock.ranks(name, seconds)

    def spark_stages(self, stages: Sequence[Mapping[str, float]]) -> None:
        """Leave what Spark says of the stages of a session, before it is stopped; the record has it phase by phase.

        Args:
            stages: For each, as far as Spark says it, the moment when it was ``submitted``, seconds of
                ``CLOCK_MONOTONIC``; its ``tasks``; sums over these, ``run_s``, ``cpu_s`` (of threads of the JVM),
                ``gc_s``, ``shuffle_read_bytes``, ``shuffle_write_bytes``, ``spill_memory_bytes`` and
                ``spill_disk_bytes``; and ``peak_execution_bytes``.
        """
        if self.clock:
            self.clock.stages(stages)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "clock": None}


__all__ = ["Clock", "Dataset", "Network", "Place", "Reference", "RowDelivery", "Storage", "Strategy", "Trial"]
