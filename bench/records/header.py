"""The content of ``run.json``: the origin of a run's records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench import scrub

SCHEMA = 1


@dataclass(frozen=True)
class RunHeader:
    """The origin of a run's records.

    Attributes:
        run: Name of the run.
        started_at: UTC, ISO 8601.
        command: The command line.
        request: The fields of a `bench.request.Request`.
        environment: Out of `bench.environment.describe`.
        dataset: The fields of a `bench.model.Dataset`.
        plan: The description of each planned trial, as in its record.
        sample_of: Name, fingerprint and rows of the table of which the dataset is a sample; None where it is the table.
    """

    run: str
    started_at: str
    command: tuple[str, ...]
    request: Mapping[str, Any]
    environment: Mapping[str, Any]
    dataset: Mapping[str, Any]
    plan: tuple[Mapping[str, Any], ...]
    sample_of: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``run.json``, without credentials and without the description of a table's files."""
        found = {name: value for name, value in vars(self).items() if name != "command"}
        if self.sample_of is None:
            del found["sample_of"]
        found["dataset"] = {name: value for name, value in self.dataset.items() if name != "description"}
        written: dict[str, Any] = scrub.anything({"schema": SCHEMA, **found, "command": scrub.command(self.command)})
        return written
