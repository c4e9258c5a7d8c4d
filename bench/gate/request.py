"""The request that ``bench gate`` carries out, and the words that its rooms share."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.request import Request


@dataclass(frozen=True)
class GateRequest:
    """The request that ``bench gate`` carries out.

    Attributes:
        out: Directory of the night, which exists and is empty.
        request: The trials to run, as for ``bench run``.
        data: Names or paths of the datasets; none means the default, or that of the stored baseline.
        baseline: A revision, or a stored run; None where two environments are compared.
        candidate: A revision; None means the one that is checked out.
        pythons: The interpreters of two existing environments, baseline first; none where revisions are compared.
        results: Directory that holds runs.
        threshold: A case is ``ok`` if its slowdown is surely less than this, as a share.
        budget_s: Seconds that the whole night may take.
        timeout_s: Seconds that each run may take.
        strict: Whether an inconclusive case fails the night.
        seed: Seed of the order of the cases.
        command: The command line, for the record.
    """

    out: Path
    request: Request
    data: tuple[str, ...] = ()
    baseline: str | None = None
    candidate: str | None = None
    pythons: tuple[str, ...] = ()
    results: Path = Path("results")
    threshold: float = 0.10
    budget_s: float = 5400.0
    timeout_s: float = 600.0
    strict: bool = False
    seed: int = field(default_factory=lambda: secrets.randbelow(2**31))
    command: tuple[str, ...] = ()


Key = tuple[str, str, str, int, int]  # strategy, task, dataset, workers, cores


Say = Callable[[str], None]


ARMS = {"A": "baseline", "B": "candidate"}
