"""What ``run.json`` holds: where the records of a run come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench import scrub

SCHEMA = 1


@dataclass(frozen=True)
class RunHeader:
    """Where the records of a run come from.

    Attributes:
        run: Name of the run.
        started_at: UTC, ISO 8601.
        command: The command line.
        request: What was asked for, out of `bench.request.Request`.
        environment: Out of `bench.environment.describe`.
        dataset: Out of `bench.model.Dataset`.
        plan: What records say of each trial that is planned.
    """

    run: str
    started_at: str
    command: tuple[str, ...]
    request: Mapping[str, Any]
    environment: Mapping[str, Any]
    dataset: Mapping[str, Any]
    plan: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Return what is written, without credentials."""
        found = {name: value for name, value in vars(self).items() if name != "command"}
        written: dict[str, Any] = scrub.anything({"schema": SCHEMA, **found, "command": scrub.command(self.command)})
        return written
