"""The environment in which a trial's worker runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerEnvironment:
    """The environment that runs a trial's worker: this one, or that of another revision.

    Attributes:
        python: Its interpreter.
        environ: Environment variables; those of this process if not given.
        trial_fields: Fields of a trial that its bench knows; all if not given.
        dataset_fields: The same for the dataset.
        measures_are_notes: Whether its bench leaves numbers for figures as notes, as it did before 0.2.
    """

    python: str = sys.executable
    environ: Mapping[str, str] | None = None
    trial_fields: frozenset[str] | None = None
    dataset_fields: frozenset[str] | None = None
    measures_are_notes: bool = False

    @property
    def is_this(self) -> bool:
        """Whether it is the environment of this process, whose bench knows all that its strategies may leave."""
        return self == THIS


THIS = WorkerEnvironment()
