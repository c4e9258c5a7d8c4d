"""Groups like trials of all runs, which may be compared, and gathers a machine's groups in a panel; pure."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import environment, families
from bench.findings.cases import Case, cases
from bench.findings.given import network_of
from bench.problems import Grading
from bench.records.choice import chosen_records
from bench.records.directory import Record, Run
from bench.request import setting_names, setting_of
from bench.tasks import TASKS

# Parts of a request beside the family's settings. Trials that differ in one of them do different work.
AXES = tuple(name for name, setting in families.OWN_SETTINGS.items() if setting.axis)  # a trial's own, not the run's
BEFORE, AFTER = ("seed",), ("budget_s", "master", "model")


@dataclass(frozen=True)
class Group:
    """Trials that may be compared: one machine and stack, one task, one dataset, the same settings.

    Attributes:
        task: Name of the task.
        dataset: The dataset's facts, out of ``run.json``.
        cores: Cores of each trial.
        settings: The trials' settings, where groups of one machine, task and dataset differ in them.
        runs: Names of the runs that the trials come from.
        cases: The cases, the control included.
    """

    task: str
    dataset: dict[str, Any]
    cores: int
    settings: dict[str, Any]
    runs: tuple[str, ...]
    cases: tuple[Case, ...]

    @functools.cached_property
    def contenders(self) -> list[Case]:
        """The cases that come to an answer."""
        return [case for case in self.cases if case.contends]

    @property
    def rows(self) -> int:
        """Rows that the task works on."""
        return TASKS[self.task].rows_described(self.dataset)

    @property
    def problem(self) -> Grading:
        """What answers are graded by: the dataset's problem, or the task's own grades."""
        return TASKS[self.task].graded_by(self.dataset)


@dataclass(frozen=True)
class Panel:
    """One machine with one stack, and all measurements on it.

    Attributes:
        number: From 1, in the order of the runs.
        environment: Out of the first run's ``run.json``.
        different: The facts in which it differs from the other panels, by name; empty where there is one panel.
        runs: The runs.
        groups: The groups.
    """

    number: int
    environment: dict[str, Any]
    different: dict[str, Any]
    runs: tuple[Run, ...]
    groups: tuple[Group, ...]


def panels(runs: Sequence[Run]) -> list[Panel]:
    """Return a panel for each machine and stack, in the order of the runs.

    Args:
        runs: The runs.
    """
    by_environment: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_environment[environment.fingerprint(run.run["environment"])].append(run)
    facts = [environment.facts(members[0].run["environment"]) for members in by_environment.values()]
    differing = {
        name for one in facts for name in one if any(name not in other or other[name] != one[name] for other in facts)
    }
    return [
        Panel(
            number,
            members[0].run["environment"],
            {name: value for name, value in own.items() if name in differing},
            tuple(members),
            tuple(_groups(members)),
        )
        for number, (members, own) in enumerate(zip(by_environment.values(), facts, strict=True), 1)
    ]


def _groups(runs: Iterable[Run]) -> list[Group]:
    """Return the groups of one environment."""
    parted: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    datasets: dict[str, dict[str, Any]] = {}
    for run in runs:
        datasets.setdefault(run.run["dataset"]["fingerprint"], run.run["dataset"])
        settings = _settings(run)
        for record in chosen_records(run.records):
            trial = record["trial"]
            own = {**settings, **{name: setting_of(trial, name) for name in AXES}}
            parted[trial["task"], trial["fingerprint"], json.dumps(own, sort_keys=True)].append(record)
    found = []
    for (task, fingerprint, text), records in parted.items():
        alike = [json.loads(other[2]) for other in parted if other[:2] == (task, fingerprint)]
        own = json.loads(text)
        told = {name: value for name, value in own.items() if any(other.get(name) != value for other in alike)}
        names = tuple(dict.fromkeys(record["run"] for record in records))
        cores = records[0]["trial"]["cores"]
        found.append(Group(task, datasets[fingerprint], cores, told, names, tuple(cases(records))))
    return found


def _settings(run: Run) -> dict[str, Any]:
    """Return the settings that all trials of a run have."""
    request = run.run["request"]
    wanted = {name: setting_of(request, name) for name in (*BEFORE, *setting_names(request), *AFTER)}
    models = {trial.get("model") for trial in run.run["plan"]} - {None}
    found = {**wanted, "model": ", ".join(sorted(models)) or None}
    if network := network_of(run):  # runs without one are like those from before there was the option
        found["network"] = network
    return found
