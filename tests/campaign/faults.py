"""What befalls a command: each fault dresses its environment before it begins, or acts while it runs."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.campaign import victims
from tests.campaign.sandbox import Ending, Sandbox
from tests.campaign.works import Work

Choices = Mapping[str, Any]
HEEDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
SLOW_S = 60.0


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
        target: Whom it hits: a kind of process, see `victims`.
    """

    name: str
    weight: float = 1.0
    works: tuple[str, ...] = ()
    mounts: bool = False
    mortal: bool = False
    target: str = "harness"

    @property
    def interrupts(self) -> signal.Signals | None:
        """The signal by which it asks the harness to end; None where it does not."""
        return None

    @property
    def keeps_from_removing(self) -> bool:
        """Whether nothing can be removed while it lasts: then the next command has to."""
        return False

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Return its choices, which follow from the seed and the work alone."""
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


def befall(fault: Fault, box: Sandbox, arguments: Sequence[str], choices: Choices, usual_s: float) -> Ending:
    """Let a fault befall a command, and return the command's end; afterwards the fault is over.

    Args:
        fault: The fault.
        box: The sandbox.
        arguments: What `bench` is called with.
        choices: Out of the fault's `draw`.
        usual_s: Seconds that such a command takes.
    """
    dress = fault.dress(box, choices)
    try:
        box.environ.update(dress.always)
        process = box.start(arguments, environ=dress.environ, before=dress.before)
        fault.act(box, process, choices, usual_s)
        ending = box.end(process)
        if box.asked_at is not None:
            box.lived_on_s = time.monotonic() - box.asked_at
        return ending
    finally:
        dress.undo()


@dataclass(frozen=True)
class Signal(Fault):
    """One signal to one process, at a moment of the whole command or of a phase of a trial.

    Attributes:
        number: The signal.
    """

    number: signal.Signals = signal.SIGKILL

    @property
    def interrupts(self) -> signal.Signals | None:
        """The signal, where it is one that the harness can heed."""
        return self.number if self.target == "harness" and self.number in HEEDED else None

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the moment: of a victim that not each trial has, a phase of the first one."""
        always = self.target in ("harness", "worker")
        phase = random.choice([phase for phase in work.phases if always or phase != "between"])
        trial = random.choice((0, 1)) if always else 0
        return {"phase": phase, "trial": trial, "share": random.random(), "lag_s": random.random() ** 3}

    def act(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices, usual_s: float) -> None:
        """Wait for the moment and the victim, and send the signal."""
        victims.wait_for_moment(box, process, choices, usual_s)
        if (victim := victims.wait_for(box, process, self.target)) is not None:
            if not victim.ignores(self.number):
                box.hit = f"{victim.kind} in {victims.phase(box)}"
            box.heeded = victim.heeds()
            self.send(victim, process, choices)
            if self.interrupts and box.hit:
                box.asked_at = time.monotonic()

    def send(self, victim: victims.Victim, process: subprocess.Popen[bytes], choices: Choices) -> None:
        """Send the signal.

        Args:
            victim: Whom to.
            process: The command.
            choices: Out of `draw`.
        """
        victim.send(self.number)


@dataclass(frozen=True)
class Pause(Signal):
    """SIGSTOP, and SIGCONT after a while; or again and again for a minute, so that a tenth of the time is left."""

    slow: bool = False

    @property
    def interrupts(self) -> signal.Signals | None:
        """Nobody is asked to end."""
        return None

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose the moment and for how long; ranks and executors miss some heartbeats in 45 s."""
        return {**super().draw(random, work), "for_s": random.choice((1, 10, 45) if work.real else (0.2, 1, 4))}

    def send(self, victim: victims.Victim, process: subprocess.Popen[bytes], choices: Choices) -> None:
        """Stop and go on."""
        deadline = time.monotonic() + (SLOW_S if self.slow else 0)
        while True:
            victim.send(signal.SIGSTOP)
            time.sleep(0.09 if self.slow else choices["for_s"])
            victim.send(signal.SIGCONT)
            time.sleep(0.01)
            if time.monotonic() >= deadline or process.poll() is not None:
                return
