"""What a strategy's time and memory grow with: the scale of a trial, and the usual terms of distributed work; pure.

A strategy states its terms in the hook ``bench_scaling``: for each phase the names and the values of what its seconds
are made of, at one scale. `bench advise` finds how many seconds a unit of each costs, never less than none. Few terms
predict best: one that does not apply takes a share of the time all the same, and grows with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "LIMITS",
    "MEMORY",
    "REST",
    "Scale",
    "Terms",
    "fixed",
    "limit",
    "linear",
    "ring",
    "shuffle",
    "steps",
    "tree",
    "undivided",
]

Terms = Mapping[str, Mapping[str, float]]  # by phase, and by a name that people read
REST = "rest"  # the phase of all time that no other phase has
MEMORY = "memory"  # in the place of a phase: the peak memory of all processes of a trial, in bytes
LIMITS = "limits"  # in the place of a phase: shares of ceilings that neither time nor memory moves


@dataclass(frozen=True)
class Scale:
    """How much work a trial is.

    Attributes:
        rows: Rows that the task works on: to train on, or to score.
        features: Features of a row.
        workers: Workers that share it.
        cores: Cores of the whole trial: workers on one machine share them; on a cluster each brings its own.
        threads_per_worker: Threads of each worker.
        settings: How much is learned: the settings of the family, by name, such as ``trees``.
        spark_conf: Settings of Spark that were given, by name.
    """

    rows: float
    features: int
    workers: int = 1
    cores: int = 1
    threads_per_worker: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    spark_conf: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def values(self) -> float:
        """The feature values that one worker holds."""
        return self.rows * self.features / self.workers

    @property
    def values_of_a_core(self) -> float:
        """The feature values that one core works on, of those that the workers use."""
        return self.rows * self.features / min(self.workers * self.threads_per_worker, max(1, self.cores))


def linear(at: Scale) -> dict[str, float]:
    """Return the terms of most phases: a fixed part, and one for each feature value that a core works on.

    Args:
        at: The scale.
    """
    return {"fixed": 1.0, "values of a core": at.values_of_a_core}


def fixed(*phases: str) -> dict[str, dict[str, float]]:
    """Return the terms of phases that take as long for few rows as for many, such as ``launch``.

    Args:
        phases: Their names.
    """
    return {phase: {"fixed": 1.0} for phase in phases}


def undivided(at: Scale, *phases: str) -> dict[str, dict[str, float]]:
    """Return the terms of phases that more workers do not make shorter, such as what the driver collects.

    Args:
        at: The scale.
        phases: Their names.
    """
    return {phase: {"fixed": 1.0, "values of all": at.rows * at.features} for phase in phases}


def limit(name: str, amount: float, most: float) -> dict[str, dict[str, float]]:
    """Return the terms of a ceiling: how much of it is used, 1 where it ends. Small sizes do not show it.

    Args:
        name: What ends, for people, such as ``LightGBM's count of rows in 32 bits``.
        amount: How much of it a trial takes; it does not fall with the rows.
        most: How much of it there is.
    """
    return {LIMITS: {name: amount / most}}


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
