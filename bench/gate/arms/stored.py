"""An earlier run as the baseline: its revision, plan and grades; its times only decide which warm-ups come first.

No time is compared with one of another day: on a shared machine, that found "slowdowns" between a thing and itself in a
third of the comparisons. The run's revision is measured again, in the same session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import environment
from bench.datasets import ensure, open_dataset
from bench.errors import DatasetError, UsageError
from bench.families import CONTROL
from bench.findings.cases import Case, cases
from bench.findings.grades import grades
from bench.gate.request import Key
from bench.model import Dataset, Storage
from bench.records import reading
from bench.records.directory import Record
from bench.request import Request, fields_of, request_of
from bench.stores.filesystem import from_environment, is_uri


@dataclass(frozen=True)
class StoredRun:
    """An earlier run, as far as a night uses it.

    Attributes:
        commit: The commit that it measured.
        request: Its request.
        dataset: Its dataset.
        grades: The median grades of each of its cases.
        walls: The median wall seconds of each of its cases.
        warnings: A sentence for each fault of its files.
    """

    commit: str
    request: Request
    dataset: Dataset
    grades: dict[Key, dict[str, float]]
    walls: dict[Key, float]
    warnings: list[str]


def find(baseline: str, results: Path) -> Path | None:
    """Return the directory of the run that a baseline names, by path or by name; None if it names no run.

    Args:
        baseline: The baseline, as it was given.
        results: Directory that holds runs.
    """
    for path in (Path(baseline), results / baseline):
        if path.is_dir() and ((path / "run.json").exists() or (path / "records.jsonl").exists()):
            return path
    return None


def read(path: Path, data: Sequence[str] = ()) -> StoredRun:
    """Read an earlier run and check that it can be a baseline on this machine.

    Args:
        path: Its directory.
        data: The dataset to measure on, if the request names one.

    Raises:
        ResultsError: It is damaged, or of a newer version.
        UsageError: It has no ``ok`` record or no commit, holds several tasks, or is of another machine or dataset; or
            the request names several datasets.
    """
    if len(data) > 1:
        raise UsageError(f"{path.name} ran on one dataset: give its --data only, or a revision as --baseline.")
    (run,) = reading.read([path], path.parent)
    good = [record for record in run.records if record["status"] == "ok"]
    if not good:
        raise UsageError(f"{path} holds no record that ended well: give another --baseline.")
    _same_machine(run.run["environment"], path.name)
    dataset = _dataset(run.run["dataset"], data, path.name)
    then = run.run["dataset"]["fingerprint"]
    if dataset.fingerprint != then:
        raise UsageError(
            f"The dataset {dataset.name!r} is not the one that {path.name} ran on (fingerprint "
            f"{dataset.fingerprint[:12]}, and then {then[:12]}): give its --data, or another --baseline."
        )
    request = request_of(run.run["request"], path.name)
    request = replace(request, task=_task(run.records, request, path.name))
    known = {_key(case): case for case in cases(good)}
    return StoredRun(
        commit=_commit(run.run["environment"], path.name),
        request=request,
        dataset=dataset,
        grades={key: graded for key, case in known.items() if (graded := grades(case.ok))},
        walls={key: wall for key, case in known.items() if (wall := case.median("wall_s"))},
        warnings=run.warnings,
    )


def _same_machine(then: dict[str, Any], name: str) -> None:
    """Refuse a run of another machine: a report would show its name over figures of this machine."""
    now = environment.facts(environment.describe(then["cores"]))
    for fact, value in environment.facts(then).items():
        if fact.startswith("machine") and now.get(fact) != value:
            raise UsageError(
                f"{fact} was {value} when {name} was made and is {now.get(fact)} here: "
                "give a revision as --baseline, which is measured here, or a run of this machine."
            )


def _commit(then: dict[str, Any], name: str) -> str:
    commit = then.get("commit")
    if not commit:
        raise UsageError(f"{name} does not say from which commit it was made: give a revision as --baseline.")
    if commit.get("dirty"):
        raise UsageError(f"{name} was made from uncommitted changes, which cannot be measured again: give a revision.")
    return str(commit["id"])


def _dataset(then: dict[str, Any], data: Sequence[str], name: str) -> Dataset:
    if data:
        return ensure(data[0], from_environment(data[0], Storage()))
    storage = Storage(**fields_of(Storage, then.get("storage", {}), name))
    where = then.get("path", then["name"])
    try:
        return open_dataset(where, storage)
    except DatasetError:
        if is_uri(where):
            raise
        return ensure(then["name"])


def _task(records: list[Record], request: Request, name: str) -> str:
    """Return the task of a run's trials, which may differ from its request's where --task was not given."""
    tasks: set[str] = {record["trial"]["task"] for record in records if record["trial"]["strategy"] != CONTROL}
    if len(tasks) > 1:
        raise UsageError(
            f"{name} holds trials of several tasks, and a night is of one: give a run that was made with --task, or a "
            "revision as --baseline, with --task."
        )
    return next(iter(tasks), request.task)


def _key(case: Case) -> Key:
    return case.strategy, case.task, case.dataset, case.workers, case.cores
