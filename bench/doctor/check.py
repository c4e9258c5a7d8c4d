"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """What one check found.

    Attributes:
        name: What was looked at.
        status: ``ok``; ``warning``: something works less well or less exactly; ``broken``: something cannot run.
        finding: What was found.
        remedy: One sentence that says what to do; empty where nothing is to be done.
    """

    name: str
    status: Literal["ok", "warning", "broken"]
    finding: str
    remedy: str = ""
