"""The clock of a trial, as one stage of a pipeline sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.model import Clock


@dataclass(frozen=True)
class StageClock:
    """The clock of a trial, for one stage of a pipeline: phases inside have the stage before their name.

    Attributes:
        clock: The clock.
        stage: Name of the stage.
    """

    clock: Clock
    stage: str

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Name a stretch of time."""
        with self.clock.phase(f"{self.stage}.{name}"):
            yield

    def note(self, name: str, value: Any) -> None:
        """Leave a fact for the record."""
        self.clock.note(name, value)

    def measure(self, name: str, value: float) -> None:
        """Leave a number that figures are made of."""
        self.clock.measure(name, value)

    def ranks(self, name: str, seconds: Sequence[float]) -> None:
        """Name a stretch of time that each rank measured for itself."""
        self.clock.ranks(f"{self.stage}.{name}", seconds)

    def stages(self, stages: Sequence[Mapping[str, float]]) -> None:
        """Leave what Spark says of its stages."""
        self.clock.stages(stages)
