"""The figures that one night adds to the history, and their JSON.

Schema versions of a night, newest last:

1. The first.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from bench.errors import ResultsError
from bench.parsing import json_value
from bench.records import schema
from bench.writing.clean import REASON_LIMIT, shown

SCHEMA = 1

Source = Literal["gate", "pytest-benchmark"]


@dataclass(frozen=True)
class Figure:
    """The figure of a case in one night.

    Attributes:
        log: Natural logarithm of its time over that of the pinned reference in the same session; without a reference,
            of its median seconds.
        runs: Number of runs of the case behind the figure.
        dataset: Fingerprint of its dataset, if known.
    """

    log: float
    runs: int
    dataset: str | None = None


@dataclass(frozen=True)
class Night:
    """The figures that one night adds to the history.

    Attributes:
        at: Time of the measurement, UTC, such as ``2026-11-24T20:30:00Z``.
        source: The program that measured it.
        commit: The commit that was measured, if known.
        reference: The pinned revision that was measured beside it; None where figures are plain seconds.
        machine: Digest that differs between machines whose seconds cannot be compared, if known.
        cases: A figure for each case, by its name.
    """

    at: str
    source: Source
    commit: str | None
    reference: str | None
    machine: str | None
    cases: Mapping[str, Figure]

    def to_json(self) -> bytes:
        """Return the content of its file; the same night gives the same bytes."""
        content = {"schema": SCHEMA, **asdict(self), "cases": {name: asdict(case) for name, case in self.cases.items()}}
        return (json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()

    @property
    def file(self) -> str:
        """The name of its file: the time of the measurement, and 12 digits of its content's SHA-256.

        So different nights have different files, and the same night always has the same file.
        """
        moment = self.at.replace("-", "").replace(":", "")
        return f"{moment}-{hashlib.sha256(self.to_json()).hexdigest()[:12]}.json"


def from_json(content: bytes, name: str) -> Night:
    """Read a night.

    Args:
        content: The content of its file.
        name: Name of the file, for messages.

    Raises:
        ResultsError: It is damaged, from a newer version, or not a night.
    """
    import fastjsonschema

    try:
        found = json_value(content)
    except ValueError as error:
        raise ResultsError(f"{name} is damaged ({error}): restore it, or take it away to go on without.") from error
    version = found.get("schema") if isinstance(found, dict) else None
    if isinstance(version, int) and version > SCHEMA:
        raise ResultsError(f"{name} has schema version {version}, newer than this bench reads: update bench.")
    try:
        schema.validator(f"night-{SCHEMA}")(found)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ResultsError(
            f"{name} is no night of a history ({shown(error.message, REASON_LIMIT)}): take it away."
        ) from error
    cases = {case: Figure(figure["log"], figure["runs"], figure["dataset"]) for case, figure in found["cases"].items()}
    if not all(math.isfinite(figure.log) for figure in cases.values()):
        raise ResultsError(f"{name} is no night of a history (a figure is not finite): take it away.")
    return Night(found["at"], found["source"], found["commit"], found["reference"], found["machine"], cases)
