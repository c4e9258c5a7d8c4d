"""What a strategy's time and memory grow with: the scale of a trial, and the usual terms of distributed work; pure.

A strategy states its terms in the hook ``bench_scaling``: for each phase the names and the values of what its seconds
are made of, at one scale. `bench advise` finds how many seconds a unit of each costs, never less than none. Few terms
predict best: one that does not apply takes a share of the time all the same, and grows with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MEMORY", "REST", "Scale", "Terms", "fixed", "linear", "ring", "shuffle", "steps", "tree"]

Terms = Mapping[str, Mapping[str, float]]  # by phase, and by a name that people read
REST = "rest"  # the phase of all time that no other phase has
MEMORY = "memory"  # in the place of a phase: the peak memory of all processes of a trial, in bytes


@dataclass(frozen=True)
class Scale:
    """How much work a trial is.

    Attributes:
        rows: Rows that the task works on: to train on, or to score.
        features: Features of a row.
        workers: Workers that share it.
        cores: Cores of the whole trial.
        threads_per_worker: Threads of each worker.
        settings: How much is learned: the settings of the family, by name, such as ``trees``.
    """

    rows: float
    features: int
    workers: int = 1
    cores: int = 1
    threads_per_worker: int = 1
    settings: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def values(self) -> float:
        """The feature values that one worker holds."""
        return self.rows * self.features / self.workers


def linear(at: Scale) -> dict[str, float]:
    """Return the terms of most phases: a fixed part, and one for each feature value that a worker holds.

    Args:
        at: The scale.
    """
    return {"fixed": 1.0, "values of a worker": at.values}


def fixed(*phases: str) -> dict[str, dict[str, float]]:
    """Return the terms of phases that take as long for few rows as for many, such as ``launch``.

    Args:
        phases: Their names.
    """
    return {phase: {"fixed": 1.0} for phase in phases}


def ring(workers: int, values: float, times: float = 1.0) -> dict[str, float]:
    """Return the terms of all-reduces around a ring: their messages, and the values that each worker sends.

    Args:
        workers: Workers in the ring; one alone sends nothing.
        values: Values that one all-reduce sums up over the workers.
        times: How many there are, such as `steps`.
    """
    return {"ring messages": 2 * (workers - 1) * times, "values sent": 2 * (workers - 1) / workers * values * times}


def tree(workers: int, times: float = 1.0) -> dict[str, float]:
    """Return the term of aggregations by a tree: their levels.

    Args:
        workers: Workers at its leaves.
        times: How many there are.
    """
    return {"tree levels": math.log2(workers) * times}


def shuffle(at: Scale) -> dict[str, float]:
    """Return the term of one shuffle of all rows: the values that a worker sends to others.

    Args:
        at: The scale.
    """
    return {"values shuffled": at.values * (at.workers - 1) / at.workers}


def steps(at: Scale) -> float:
    """Return the steps of a training by batches: for each epoch as many as there are global batches.

    Args:
        at: The scale; its settings have ``epochs`` and ``batch_size``.
    """
    return float(at.settings["epochs"] * math.ceil(at.rows / at.settings["batch_size"]))
