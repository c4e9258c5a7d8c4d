"""What befalls a command: each fault dresses its environment before it begins, or acts while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.campaign import victims
from tests.campaign.sandbox import Sandbox

Choices = Mapping[str, Any]


@dataclass
class Dress:
    """How a command is started under a fault.

    Attributes:
        environ: More variables for the command alone.
        always: More variables for it and for what follows, so that a resumed run finds the environment it had.
        before: Called in the child before the command begins.
        undo: Called when the command has ended.
    """

    environ: dict[str, str] = field(default_factory=dict)
    always: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None
    undo: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Fault:
    """No fault at all: what holds with one must hold without.

    Attributes:
        name: Its name, a row of the table.
        weight: How often it is drawn.
        works: The works that it can befall; all where empty.
        mounts: Whether it takes the right to mount.
        mortal: Whether the harness itself may die of it without a chance to clean up.
    """

    name: str
    weight: float = 1.0
    works: tuple[str, ...] = ()
    mounts: bool = False
    mortal: bool = False

    @property
    def keeps_from_removing(self) -> bool:
        """Whether nothing can be removed while it lasts: then the next command has to."""
        return False

    def draw(self, random: Random) -> dict[str, Any]:
        """Return its choices, which follow from the seed alone."""
        return {}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Return how the command is started."""
        return Dress()

    def act(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices, usual_s: float) -> None:
        """Do what it does while the command runs.

        Args:
            box: The sandbox.
            process: The command.
            choices: Out of `draw`.
            usual_s: Seconds that such a command takes.
        """


@dataclass(frozen=True)
class Signal(Fault):
    """One signal to one process, at a moment of the whole command or of a phase of a trial.

    Attributes:
        number: The signal.
        target: A kind of process, see `victims`.
    """

    number: signal.Signals = signal.SIGKILL
    target: str = "harness"

    def draw(self, random: Random) -> dict[str, Any]:
        """Choose the moment."""
        phase = random.choice(("", "", "start", "setup", "train", "teardown", "between"))
        return {"phase": phase, "trial": random.choice((0, 1)), "share": random.random(), "lag_s": random.random() ** 3}

    def act(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices, usual_s: float) -> None:
        """Wait for the moment, and send the signal."""
        victims.wait_for_moment(box, process, choices, usual_s)
        self.send(box, process, choices)

    def send(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices) -> None:
        """Send the signal, if the command still runs."""
        if (victim := victims.find(box, process, self.target)) is not None:
            box.hit = f"{victim.kind} in {victims.phase(box)}"
            victim.send(self.number)


@dataclass(frozen=True)
class Pause(Signal):
    """SIGSTOP, and SIGCONT after a while; or again and again, so that a tenth of the time is left."""

    slow: bool = False

    def send(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices) -> None:
        """Stop and go on."""
        victim = victims.find(box, process, self.target)
        if victim is None:
            return
        box.hit = f"{victim.kind} in {victims.phase(box)}"
        pause_s = 0.09 if self.slow else 0.2 + choices["lag_s"]
        for _ in range(20 if self.slow else 1):
            victim.send(signal.SIGSTOP)
            time.sleep(pause_s)
            victim.send(signal.SIGCONT)
            time.sleep(0.01)


@dataclass(frozen=True)
class OtherVersion(Signal):
    """SIGTERM, and another version of the package goes on with the run: it does, or refuses with a sentence."""

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Let another version resume, once the command has ended."""

        def resume() -> None:
            for run in box.results.glob("*/run.json"):
                places = f"{box.root.parent / 'newer'}{os.pathsep}{box.environ['PYTHONPATH']}"
                box.end(box.start(("run", "--resume", str(run.parent)), environ={"PYTHONPATH": places}))

        return Dress(undo=resume)
