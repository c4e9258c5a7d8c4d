"""What was asked for, and what is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bench import families, tasks
from bench.errors import ResultsError
from bench.families.gbt import BINS, DEPTH, TREES
from bench.families.handoff import FRAME, STEP_MS
from bench.families.kmeans import CLUSTERS, ITERATIONS
from bench.families.mlp import BATCH_SIZE, EPOCHS, SPARSE_AS_DENSE
from bench.model import Dataset, Reference, Strategy, Trial
from bench.problems import Grading


@dataclass(frozen=True)
class Request:
    """What ``bench run`` was asked for.

    Attributes:
        strategies: Names or shell-style patterns; none means all.
        task: Name of the task.
        other_tasks: Whether a named strategy that does not do the task does the one that it can do instead.
        workers: Numbers of workers for distributed strategies.
        cores: CPU cores for each trial.
        repeat: How often each case runs.
        seed: Seed of the trials and of their order.
        epochs: Passes over the train split (``mlp``).
        batch_size: Rows of a global batch; several make cases of each (``mlp``).
        sparse_as_dense: Whether Horovod's ranks add up gradients of embeddings as whole tables (``mlp``).
        trees: Number of trees (``gbt``).
        depth: Greatest depth of a tree (``gbt``).
        bins: Bins of a feature's histogram (``gbt``).
        clusters: Clusters to find (``kmeans``).
        iterations: Steps of Lloyd's algorithm (``kmeans``).
        step_ms: Milliseconds that a trainer waits for each batch (``handoff``).
        frame: Where the data frame's rows are when the clock starts, ``cached`` or ``lazy`` (``handoff``).
        settings: Settings by name of families that packages bring, as far as they are not the default.
        spark_conf: Settings of Spark, as ``key=value``.
        spark_conf_file: File with more of them, in Spark's own format.
        master: Spark master URL; none means local, with a task slot for each core, or each worker if these are more.
        model: Path of the model to score with; none means the dataset's own reference model (``predict``).
        network: The network to train: a built-in's name, or a Python file with its absolute path, ``:`` and a function;
            none means the family's own (``train``).
        save_model: Directory or URI for the models that are trained; none means that they are thrown away.
        predictions: Directory or URI for predictions (``predict``, ``pipeline``); none means that they are thrown away.
        shared: Directory or URI that all hosts see, for files of a hand-off; none means the directory for temporary
            files (``handoff``).
        network_args: Arguments for it, as ``name=value``.
        budget_s: Seconds after which a strategy that scores row by row may stop (``predict``).
    """

    strategies: tuple[str, ...] = ()
    task: str = tasks.DEFAULT
    other_tasks: bool = False
    workers: tuple[int, ...] = (2,)
    cores: int = 2
    repeat: int = 1
    seed: int = 0
    epochs: int = EPOCHS.default
    batch_size: tuple[int, ...] = (BATCH_SIZE.default,)
    sparse_as_dense: int = SPARSE_AS_DENSE.default
    trees: int = TREES.default
    depth: int = DEPTH.default
    bins: int = BINS.default
    clusters: int = CLUSTERS.default
    iterations: int = ITERATIONS.default
    step_ms: int = STEP_MS.default
    frame: str = FRAME.default
    master: str | None = None
    spark_conf: tuple[str, ...] = ()
    spark_conf_file: str | None = None
    model: str | None = None
    network: str | None = None
    network_args: tuple[str, ...] = ()
    save_model: str | None = None
    predictions: str | None = None
    shared: str | None = None
    budget_s: float = 60.0
    settings: Mapping[str, int | str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Make a list of a single batch size, as runs of before have it."""
        if isinstance(self.batch_size, int):
            object.__setattr__(self, "batch_size", (self.batch_size,))

    def setting(self, name: str) -> int | str:
        """Return the value of a setting of a family that a package brings; its default where it was not given.

        Args:
            name: Name of the setting.
        """
        return self.settings.get(name, families.settings()[name].default)


# Settings that are fields of a request and of a trial, for strategies that use them as attributes.
OWN_SETTINGS = families.OWN_SETTINGS.keys()


def setting_names(*recorded: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the families' settings that requests have: ours, and those of packages, sorted.

    Args:
        recorded: The requests, as ``run.json`` has them.
    """
    brought = {name for request in recorded for name in request.get("settings") or ()}
    return (*OWN_SETTINGS, *sorted(brought))


def setting_of(recorded: Mapping[str, Any], name: str) -> Any:
    """Return a setting as a ``run.json`` or a record has it.

    One from before there was that setting did what is its default now; of a package's, only others are recorded.

    Args:
        recorded: The request or the trial.
        name: Name of the setting.
    """
    default = families.OWN_SETTINGS[name].default if name in OWN_SETTINGS else None
    value = recorded.get(name, (recorded.get("settings") or {}).get(name, default))
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def batch_size_of(trial: Mapping[str, Any]) -> int:
    """Return the rows of a trial's global batch; 0 where its family has no batches.

    Args:
        trial: The trial, as a record describes it.
    """
    return int(setting_of(trial, BATCH_SIZE.name)) if BATCH_SIZE in families.family_of(trial["family"]).settings else 0


def request_of(recorded: Mapping[str, Any], run: str) -> Request:
    """Return the request that a ``run.json`` has.

    Args:
        recorded: What is under ``request``.
        run: Name of the run, for the sentence.

    Raises:
        ResultsError: It has fields that this bench does not know, and so cannot heed.
    """
    return Request(**fields_of(Request, recorded, run))


def fields_of(kind: type, recorded: Mapping[str, Any], run: str) -> dict[str, Any]:
    """Return the fields of a dataclass as they were recorded.

    Args:
        kind: The dataclass.
        recorded: Its fields out of JSON.
        run: Name of the run, for the sentence.

    Raises:
        ResultsError: There are some that this bench does not know, and so cannot heed.
    """
    if unknown := sorted(recorded.keys() - {field.name for field in fields(kind)}):
        raise ResultsError(
            f"{run} was made by a newer bench, with a {unknown[0]!r} that this one does not know: update bench, or "
            "begin a new run."
        )
    return {name: tuple(value) if isinstance(value, list) else value for name, value in recorded.items()}


@dataclass(frozen=True)
class PlannedTrial:
    """A trial, the facts about its strategy, and what it is compared with.

    Attributes:
        trial: The trial.
        strategy: The facts.
        reference: The model that it scores with, and its predictions; none where it scores with its own model.
    """

    trial: Trial
    strategy: Strategy
    reference: Reference | None = None

    @property
    def labelled(self) -> Dataset | None:
        """The dataset if its strategy has to know the label and the weights; None where these play no part."""
        return tasks.TASKS[self.trial.task].labelled(self.trial.dataset)

    @property
    def grading(self) -> Grading:
        """What its answer is graded by."""
        return tasks.TASKS[self.trial.task].graded_by(self.trial.dataset)
