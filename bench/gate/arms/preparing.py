"""Makes the two arms, and decides which trials run on which dataset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.datasets import ensure
from bench.gate.arms import arms, environments, revisions, stored
from bench.gate.arms.arms import Arm
from bench.gate.request import ARMS, GateRequest, Key, Say
from bench.machine.scratch import scratch_directory, sweep
from bench.model import Dataset, Storage
from bench.request import Request
from bench.stores.filesystem import from_environment

PREFIX = "bench-gate-"  # of the directory with the checkouts and environments of a night


@dataclass(frozen=True)
class GatePreparation:
    """Everything that a night needs before it begins.

    Attributes:
        arms: The two arms, by name.
        sources: Each request with its dataset.
        grades: Recorded grades that cases must reach, of a stored baseline.
        walls: Recorded wall seconds of a run of each case, of a stored baseline.
        warnings: Sentences to read before the figures.
    """

    arms: Mapping[str, Arm]
    sources: list[tuple[Request, Dataset]]
    grades: Mapping[Key, dict[str, float]] = field(default_factory=dict)
    walls: Mapping[Key, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def prepare(asked: GateRequest, stack: ExitStack, say: Say) -> GatePreparation:
    """Make the arms; their checkouts and environments are removed when the stack is closed.

    Args:
        asked: The request.
        stack: Holds the checkouts and environments.
        say: Tells a person about the progress.

    Raises:
        UsageError: There is no such revision, run or dataset, or it cannot be compared.
        GateError: A revision cannot be installed, or does not answer.
    """
    if asked.pythons:
        pair = zip(ARMS.values(), asked.pythons, strict=True)
        made = {name: arms.ask(name, python, _interpreter(python), cores=asked.request.cores) for name, python in pair}
        return GatePreparation(made, _sources(asked, say))
    assert asked.baseline is not None  # noqa: S101 - the command line sees to it
    repository = revisions.top(Path.cwd())
    run = stored.find(asked.baseline, asked.results)
    earlier = stored.read(run, asked.data) if run else None
    commits = {
        "baseline": revisions.resolve(repository, earlier.commit if earlier else asked.baseline),
        "candidate": revisions.resolve(repository, asked.candidate or "HEAD"),
    }
    if asked.candidate is None:
        revisions.refuse_dirty(repository)
    sources = _sources_of(earlier, asked) if earlier else _sources(asked, say)
    warnings = list(earlier.warnings) if earlier else []
    if commits["baseline"] == commits["candidate"]:
        warnings.append("Both arms are the same commit: this night can only show how sure the gate is.")
    labels = {"baseline": asked.baseline, "candidate": asked.candidate or "HEAD"}
    if sweep(PREFIX):
        revisions.forget_removed(repository)
    directory = stack.enter_context(scratch_directory(PREFIX))
    found = {}
    for name, commit in commits.items():
        say(f"{name}: {labels[name]}, commit {commit[:12]}")
        checkout = stack.enter_context(revisions.check_out(repository, commit, directory / name))
        code = directory / f"{name}-environment"
        python = environments.make(checkout, repository, code)
        found[name] = arms.ask(name, labels[name], python, cores=sources[0][0].cores, commit=commit, code=code)
    if earlier is None:
        return GatePreparation(found, sources, warnings=tuple(warnings))
    return GatePreparation(found, sources, earlier.grades, earlier.walls, tuple(warnings))


def _interpreter(python: str) -> str:
    """Return an interpreter's absolute path, for workers that start in other directories.

    A link is not resolved: its place decides which environment's packages the interpreter finds.
    """
    return os.path.abspath(python) if os.sep in python else python


def _sources(asked: GateRequest, say: Say) -> list[tuple[Request, Dataset]]:
    return [
        (asked.request, ensure(name, from_environment(name, Storage()), tell=say))
        for name in asked.data or ("flights",)
    ]


def _sources_of(earlier: stored.StoredRun, asked: GateRequest) -> list[tuple[Request, Dataset]]:
    strategies = asked.request.strategies or earlier.request.strategies
    return [(replace(earlier.request, strategies=strategies, repeat=1), earlier.dataset)]
