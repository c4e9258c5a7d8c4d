"""The finding of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """The finding of one check.

    Attributes:
        name: The thing that was checked.
        status: ``ok``; ``warning``: something works less well or less exactly; ``broken``: something cannot run.
        finding: The finding.
        remedy: The remedy, in one sentence; empty where none is needed.
    """

    name: str
    status: Literal["ok", "warning", "broken"]
    finding: str
    remedy: str = ""
