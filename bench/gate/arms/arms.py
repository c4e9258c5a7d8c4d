"""The two arms of the comparison: an arm is an environment with its own bench, strategies and facts."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from bench.errors import CommandError, GateError
from bench.machine import commands
from bench.model import Strategy
from bench.trial.workers import WorkerEnvironment

SECONDS_TO_ANSWER = 120
# With these variables, one arm would import the other's code.
MISLEADING = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSTARTUP")


@dataclass(frozen=True)
class Offer:
    """The facts of one strategy in an arm.

    Attributes:
        strategy: The facts; None where the plugin breaks the contract.
        tasks: The tasks that it takes part in.
        missing: The reason why it cannot run, None if it can.
        own: Whether the strategy or bench is code of the revision; otherwise it is the same in both arms.
    """

    strategy: Strategy | None
    tasks: tuple[str, ...]
    missing: str | None
    own: bool = True


@dataclass(frozen=True)
class Arm:
    """One side of the comparison.

    Attributes:
        name: ``baseline`` or ``candidate``.
        label: Its name in reports: the revision as it was given, or the Python.
        commit: The commit of its code, None where that is unknown.
        worker: The environment of its trials.
        environment: The environment, out of `bench.environment.describe` there.
        offers: Its strategies, by name.
    """

    name: str
    label: str
    commit: str | None
    worker: WorkerEnvironment
    environment: dict[str, Any]
    offers: dict[str, Offer]


def ask(name: str, label: str, python: str, *, cores: int, commit: str | None = None, code: Path | None = None) -> Arm:
    """Ask an environment for its strategies and its facts.

    Args:
        name: ``baseline`` or ``candidate``.
        label: Its name in reports.
        python: Its interpreter.
        cores: Cores that each trial gets.
        commit: The commit of its code, if known.
        code: The environment that its code must lie in, where the gate made one.

    Raises:
        GateError: It does not answer, or runs other code than it should.
    """
    environ = commands.variables(without=MISLEADING)
    program = resources.files("bench.gate.arms").joinpath("inquiry.py").read_text()
    try:
        outcome = commands.run([python, "-P", "-c", program, str(cores)], environ=environ, timeout_s=SECONDS_TO_ANSWER)
    except CommandError as error:
        raise GateError(
            f"The {name}'s Python {python} cannot be started ({error.reason}): name another one."
        ) from error
    try:
        answer = json.loads(outcome.printed)
    except ValueError as error:
        last = commands.last_line(outcome.complaints, "it said nothing")
        raise GateError(f"The {name} ({label}) does not say what it has, and its last word is: {last}") from error
    own = _own(name, label, answer, code)
    return Arm(
        name=name,
        label=label,
        commit=commit or (answer["environment"].get("commit") or {}).get("id"),
        worker=WorkerEnvironment(
            python, environ, frozenset(answer["trial"]), frozenset(answer["dataset"]), not answer["measures"]
        ),
        environment=answer["environment"],
        offers={key: _offer(said, own=key in own) for key, said in answer["strategies"].items()},
    )


def _own(name: str, label: str, answer: dict[str, Any], code: Path | None) -> set[str]:
    """Return the strategies whose code lies in the environment; all of them where its bench lies there.

    Raises:
        GateError: There is none: the arm would be compared with itself.
    """
    if code is None or _inside(answer["file"], code):
        return set(answer["strategies"])
    # A plugin that cannot be imported has no path; it counts, since one of the other packages would not be broken.
    own = {
        strategy for strategy, said in answer["strategies"].items() if "error" in said or _inside(said["file"], code)
    }
    if not own:
        raise GateError(
            f"Neither bench nor a strategy of the {name} ({label}) comes from this repository: "
            "run the gate in the checkout of bench or of a package with strategies."
        )
    return own


def _inside(file: str | None, directory: Path) -> bool:
    return file is not None and Path(file).resolve().is_relative_to(directory.resolve())


def _offer(said: dict[str, Any], *, own: bool) -> Offer:
    if "error" in said:
        return Offer(None, (), said["error"], own)
    known = {field.name for field in dataclasses.fields(Strategy)}
    facts: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in said["facts"].items()
        if name in known
    }
    return Offer(Strategy(**facts), tuple(said["tasks"]), said["missing"], own)
