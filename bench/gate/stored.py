"""An earlier run as the baseline: its revision, plan and grades; its times only say what to expect.

Times of another day are not compared with: on a shared machine that found "slowdowns" between a thing and itself in a
third of the comparisons. The run's revision is measured again, in the same session.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import environment
from bench.datasets import ensure, open_dataset
from bench.errors import DatasetError, UsageError
from bench.gate.cases import Key
from bench.grades import grades
from bench.model import Dataset
from bench.plan import Request
from bench.results import read_run
from bench.summary import cases


@dataclass(frozen=True)
class Stored:
    """What an earlier run gives to a night.

    Attributes:
        commit: The commit that it was made from.
        request: What it ran.
        dataset: The dataset that it ran on.
        grades: The median grades of each of its cases.
        warnings: What was not as it should be with its files.
    """

    commit: str
    request: Request
    dataset: Dataset
    grades: dict[Key, dict[str, float]]
    warnings: list[str]


def find(baseline: str, results: Path) -> Path | None:
    """Return the directory of the run that a baseline names, by path or by name; None if it names none.

    Args:
        baseline: As it was given.
        results: Directory that holds runs.
    """
    for path in (Path(baseline), results / baseline):
        if path.is_dir() and ((path / "run.json").exists() or (path / "records.jsonl").exists()):
            return path
    return None


def read(path: Path, data: str | None) -> Stored:
    """Read an earlier run and check that it can be a baseline here and now.

    Args:
        path: Its directory.
        data: The dataset to measure on, if another was asked for.

    Raises:
        ResultsError: It is damaged, or of a newer version.
        UsageError: It has no good record or no commit, or the machine or the dataset is another one.
    """
    run = read_run(path)
    good = [record for record in run.records if record["status"] == "ok"]
    if not good:
        raise UsageError(f"{path} holds no record that ended well: give another --baseline.")
    _same_machine(run.run["environment"], path.name)
    dataset = _dataset(run.run["dataset"], data)
    then = run.run["dataset"]["fingerprint"]
    if dataset.fingerprint != then:
        raise UsageError(
            f"The dataset {dataset.name!r} is not the one that {path.name} ran on (fingerprint "
            f"{dataset.fingerprint[:12]}, and then {then[:12]}): give its --data, or another --baseline."
        )
    return Stored(
        _commit(run.run["environment"], path.name), _request(run.run["request"]), dataset, _grades(good), run.warnings
    )


def _same_machine(then: dict[str, Any], name: str) -> None:
    """Refuse a run of another machine: its name would stand over figures that it never had."""
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


def _dataset(then: dict[str, Any], data: str | None) -> Dataset:
    if data is not None:
        return ensure(data)
    try:
        return open_dataset(then["path"])
    except DatasetError:
        return ensure(then["name"])


def _request(recorded: dict[str, Any]) -> Request:
    fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in recorded.items()}
    return Request(**fields)


def _grades(records: list[dict[str, Any]]) -> dict[Key, dict[str, float]]:
    found = {
        (case.strategy, case.task, case.dataset, case.workers, case.cores): grades(case.ok) for case in cases(records)
    }
    return {key: graded for key, graded in found.items() if graded}
