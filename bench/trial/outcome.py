"""How a trial ended, and what its parent saw of it: what its record is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.trial.counters import MachineCounters
from bench.trial.probe import TreeProbe


@dataclass(frozen=True)
class Outcome:
    """The end of a worker.

    Attributes:
        status: One of the statuses.
        reason: One sentence, unless ``ok``.
        phase: Path of the phase of the failure, unless ``ok``.
        predictions: Path of the answer: of the predictions, or of what the task is graded by.
        digests: Digests of the feature table of a pipeline (`bench.datasets.format.digests`); empty for other tasks.
        peak_resident_bytes: Peak memory of the worker itself, if it did not die.
    """

    status: str
    reason: str | None = None
    phase: str | None = None
    predictions: str | None = None
    digests: Mapping[str, Any] = field(default_factory=dict)
    peak_resident_bytes: int | None = None


@dataclass(frozen=True)
class Evidence:
    """The observations of the parent of a trial.

    Attributes:
        events: The worker's events.
        before: The machine's counters at the spawn.
        after: The same after the end of the last process.
        ended: Moment at which the worker was gone, seconds of ``CLOCK_MONOTONIC``.
        probe: The probe that followed its processes.
        processes_left: Number of processes that had to be killed after the worker's end.
    """

    events: list[dict[str, Any]]
    before: MachineCounters
    after: MachineCounters
    ended: float
    probe: TreeProbe
    processes_left: int
