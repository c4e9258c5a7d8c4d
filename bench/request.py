"""What was asked for, and what is planned."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model import Reference, Strategy, Task, Trial


@dataclass(frozen=True)
class Request:
    """What ``bench run`` was asked for.

    Attributes:
        strategies: Names or shell-style patterns; none means all.
        task: ``train`` or ``predict``.
        other_tasks: Whether a named strategy that does not do the task does the one that it can do instead.
        workers: Numbers of workers for distributed strategies.
        cores: CPU cores for each trial.
        repeat: How often each case runs.
        seed: Seed of the trials and of their order.
        epochs: Passes over the train split (``mlp``).
        batch_size: Rows of a global batch (``mlp``).
        trees: Number of trees (``gbt``).
        depth: Greatest depth of a tree (``gbt``).
        bins: Bins of a feature's histogram (``gbt``).
        spark_conf: Settings of Spark, as ``key=value``.
        spark_conf_file: File with more of them, in Spark's own format.
        master: Spark master URL; none means local, with a task slot for each core, or each worker if these are more.
        model: Path of the Keras model to score with; none means the dataset's own reference model (``predict``).
        budget_s: Seconds after which a strategy that scores row by row may stop (``predict``).
    """

    strategies: tuple[str, ...] = ()
    task: Task = "train"
    other_tasks: bool = False
    workers: tuple[int, ...] = (2,)
    cores: int = 2
    repeat: int = 1
    seed: int = 0
    epochs: int = 5
    batch_size: int = 1024
    trees: int = 20
    depth: int = 6
    bins: int = 128
    master: str | None = None
    spark_conf: tuple[str, ...] = ()
    spark_conf_file: str | None = None
    model: str | None = None
    budget_s: float = 60.0


@dataclass(frozen=True)
class Planned:
    """A trial, the facts about its strategy, and what it is compared with.

    Attributes:
        trial: The trial.
        strategy: The facts.
        reference: The model that it scores with, and its predictions; none where it scores with its own model.
    """

    trial: Trial
    strategy: Strategy
    reference: Reference | None = None
