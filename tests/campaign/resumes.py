"""What befalls the command that goes on with a run, once SIGTERM has ended the one that began it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.campaign.faults import Choices, Dress, Fault, Signal, befall
from tests.campaign.runs import begun
from tests.campaign.sandbox import Sandbox
from tests.campaign.stores import uris_of_runs
from tests.campaign.works import Work


@dataclass(frozen=True)
class OtherVersion(Fault):
    """Another version of the package takes the command: it does the work, or refuses with a sentence."""

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Put the other version before this one."""
        box.hit = "another version"
        return Dress(environ={"PYTHONPATH": f"{box.root.parent / 'newer'}{os.pathsep}{box.environ['PYTHONPATH']}"})


@dataclass(frozen=True)
class AtResume(Signal):
    """Another fault befalls `bench run --resume`.

    Attributes:
        other: The fault.
    """

    number: signal.Signals = signal.SIGTERM
    other: Fault = field(default_factory=lambda: Fault("none"))

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the moment of SIGTERM, and what the other fault chooses."""
        return {**super().draw(random, work), "other": self.other.draw(random, work)}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Let the other fault befall a resume, once the command has ended."""

        def resume() -> None:
            was_hit, hit = box.hit, ""
            for run in _runs(box):
                befall(self.other, box, ("run", "--resume", run), choices["other"], 0.0)
                hit = hit or box.hit
            box.hit = f"{was_hit}; {hit}" if was_hit and hit else ""

        return Dress(undo=resume)


def _runs(box: Sandbox) -> list[str]:
    """Return the runs that have begun, on the disk or in the store, as `--resume` takes them."""
    return begun(box) or uris_of_runs(box)
