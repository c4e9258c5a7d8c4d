"""What a plan does: each work is a command under a fault, and what has to come of it with the fault gone."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from bench.datasets.store import open_dataset
from bench.errors import BenchError
from bench.gate.verdict import verdict
from bench.records.choice import chosen_records, trial_key
from bench.records.directory import Run, read_run
from tests.campaign.sandbox import Ending, Sandbox

DATASET = "tiny"
NIGHTLY = "sklearn_histgbt"  # an arm sees what is installed in its environment, and no PYTHONPATH
REAL = (
    ("--strategy", "xgboost", "--trees", "4"),
    ("--strategy", "lightgbm", "--trees", "4"),
    ("--strategy", "sklearn_histgbt", "--trees", "4"),
    ("--strategy", "tensorflow"),
    ("--strategy", "mllib_linear"),
    ("--strategy", "map_in_arrow", "--task", "predict"),
    ("--strategy", "to_arrow", "--task", "handoff"),
    ("--strategy", "mllib_linear", "--master", "local-cluster[2,1,1024]"),
)
RANKS = (
    ("--strategy", "xgboost_spark", "--trees", "4", "--workers", "2"),
    ("--strategy", "xgboost_barrier", "--trees", "4", "--workers", "2"),
    ("--strategy", "horovod", "--workers", "2"),
)


class Work(ABC):
    """One kind of work.

    Attributes:
        name: Its name.
        weight: How often it is drawn.
        real: Whether a framework works in it, which takes a minute: `--real` says how often it is drawn.
        mounts: Whether it takes the right to mount, as hosts do.
    """

    name: str
    weight: float
    real: bool = False
    mounts: bool = False

    @abstractmethod
    def draw(self, random: Random) -> tuple[str, ...]:
        """Return the arguments of its command."""

    def prepare(self, box: Sandbox) -> None:
        """Put in place what its command needs."""

    @abstractmethod
    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """Yield a sentence for each thing that is not as it must be after the command that met the fault."""

    @abstractmethod
    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Complete the work without a fault, and yield a sentence for each thing that is not as it must be."""


class RunOnDisk(Work):
    """`bench run` into a directory, and `--resume`."""

    name, weight = "run", 10.0

    def draw(self, random: Random) -> tuple[str, ...]:
        """Return a run of one or two strategies, once or twice."""
        chosen = random.choice((("steps",), ("steps",), ("steps", "scores"), ("scores",)))
        strategies = [part for name in chosen for part in ("--strategy", name)]
        return ("run", *strategies, "--data", DATASET, "--cores", "1", "--repeat", str(random.choice((1, 1, 2))))

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the run can be read, has no trial twice, and that the exit code is what its records say."""
        for directory in _runs(box):
            if not (directory / "run.json").exists():
                may_be = box.keeps_from_removing and not any(directory.iterdir())
                if ending.code is not None and ending.code >= 0 and not may_be:
                    yield f"{directory.name} was left without a run.json"
                continue
            try:
                run = read_run(directory)
            except BenchError as error:
                yield f"a run cannot be read: {error}"
                continue
            yield from _records_faults(run, ending)

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Resume the run, or run anew where none began; all trials then have an ok record."""
        begun = [directory for directory in _runs(box) if (directory / "run.json").exists()]
        commands = [("run", "--resume", str(directory)) for directory in begun] or [arguments]
        for command in commands:
            ending = box.run(*command)
            if changed_machine(ending):
                ending = box.run(*arguments)
            if ending.code != 0:
                yield f"without the fault it ends so: {ending.shown}"
                return
        for directory in _runs(box):
            if (directory / "run.json").exists() and not any(map(changed_machine, box.endings)):
                yield from _incompleteness(read_run(directory))


class RealRun(RunOnDisk):
    """`bench run` of a strategy with a framework."""

    name, weight, real = "real run", 1.0, True
    chosen = REAL

    def draw(self, random: Random) -> tuple[str, ...]:
        """Return a run of one strategy."""
        return ("run", *random.choice(self.chosen), "--data", DATASET, "--cores", "2")


class RankRun(RealRun):
    """`bench run` of ranks that train together, and meet by a tracker."""

    name = "run of ranks"
    chosen = RANKS


class TableImport(Work):
    """`bench data import`, and the same again."""

    name, weight = "import", 4.0

    def draw(self, random: Random) -> tuple[str, ...]:
        """Return an import by one of two names, with or without the right to replace."""
        replace = ("--force",) if random.random() < 0.5 else ()
        return ("data", "import", "../table.parquet", "--label", "label", "--name", "imported", *replace)

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the dataset is there whole, or not at all."""
        there = (box.data / "imported").exists()
        if ending.code == 0 and not there:
            yield "the import succeeded, and there is no dataset"
        if there:
            yield from _dataset_faults(box)

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Import again; the dataset is the one that an import without a fault gives."""
        ending = box.run(*arguments, *(() if "--force" in arguments else ("--force",)))
        if ending.code != 0:
            yield f"without the fault it ends so: {ending.shown}"
        else:
            yield from _dataset_faults(box)


class Report(Work):
    """`bench report` of a run that is there, to a file that is there."""

    name, weight = "report", 1.5

    def draw(self, random: Random) -> tuple[str, ...]:
        """Return a report in one of the formats."""
        kind = random.choice(("html", "md", "json", "parquet"))
        return ("report", "../run", "--format", kind, "--out", f"results/report.{kind}")

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the report is there whole, or not at all."""
        for path in box.results.iterdir():
            if path.name.startswith(".") and ending.code is not None and ending.code >= 0:
                yield f"{path.name} was left beside the report"
            if path.suffix == ".html" and "</html>" not in path.read_text():
                yield "half a report was left"
            if path.suffix == ".json" and not path.name.startswith("."):
                json.loads(path.read_text())

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Write it again."""
        ending = box.run(*arguments)
        if ending.code != 0:
            yield f"without the fault it ends so: {ending.shown}"


class Gate(Work):
    """`bench gate` of this environment against itself."""

    name, weight = "gate", 0.3

    def draw(self, random: Random) -> tuple[str, ...]:
        """Return a short night."""
        pythons = ("--python", "PYTHON", "--python", "PYTHON")
        more = ("--strategy", NIGHTLY, "--data", DATASET, "--cores", "1", "--workers", "1", "--budget", "60s")
        return ("gate", *pythons, *more, "--timeout", "60s", "--out", "results/night")

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the verdict, if there is one, can be read, and so can the runs of both arms."""
        night = box.results / "night"
        try:
            if (night / "verdict.json").exists():
                verdict.read(night)
            elif ending.code in (0, 1, 130) and night.exists():
                yield f"a night without a verdict: {ending.shown}"
            for run in night.glob("*/run.json"):
                read_run(run.parent)
        except BenchError as error:
            yield f"a night cannot be read: {error}"

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Have another night."""
        ending = box.run(*arguments[:-1], "results/next")
        if ending.code not in (0, 1, 5):  # beside other work it may find the one arm slower, or no time for pairs
            yield f"without the fault it ends so: {ending.shown}"
        elif not (box.results / "next" / "verdict.json").exists():
            yield f"without the fault there is no verdict: {ending.shown}"


def changed_machine(ending: Ending) -> bool:
    """Return whether a run was not resumed since the machine differs: it had less memory, and so no Java, maybe."""
    said = ending.complaints
    return ending.code == 2 and ("Java was None" in said or "machine memory in GiB was" in said)


def _runs(box: Sandbox) -> list[Path]:
    return sorted(path for path in box.results.iterdir() if path.is_dir())


def _records_faults(run: Run, ending: Ending) -> Iterator[str]:
    keys = [trial_key(record["trial"]) for record in run.records]
    if len(set(keys)) < len(keys):
        yield "a trial has two records"
    for record in run.records:
        if record["log"] and not (run.directory.path / record["log"]).is_file():
            yield f"the log of {record['trial']['strategy']} is not there"
    statuses = {record["status"] for record in chosen_records(run.records)}
    planned = {trial_key(trial) for trial in run.run["plan"]}
    if ending.code == 0 and (not statuses <= {"ok", "skipped"} or set(keys) != planned):
        yield f"exit code 0 with {len(set(keys))} of {len(planned)} trials, {sorted(statuses)}"
    if ending.code == 1 and statuses <= {"ok", "skipped"}:
        yield "exit code 1 without a trial that failed"
    if run.warnings and ending.code is not None and ending.code >= 0:
        yield f"a record was cut off by a harness that lived: {run.warnings[0]}"


def _incompleteness(run: Run) -> Iterator[str]:
    chosen: dict[Any, str] = {trial_key(one["trial"]): one["status"] for one in chosen_records(run.records)}
    planned = {trial_key(trial) for trial in run.run["plan"]}
    if chosen.keys() != planned:
        yield f"after --resume {len(chosen)} of {len(planned)} trials have a record"
    if bad := {status for status in chosen.values() if status not in ("ok", "skipped")}:
        yield f"after --resume trials are {', '.join(sorted(bad))}"


def _dataset_faults(box: Sandbox) -> Iterator[str]:
    try:
        found = open_dataset(str(box.data / "imported"))
    except BenchError as error:
        yield f"the imported dataset cannot be opened: {error}"
        return
    wanted = (box.root.parent / "imported.fingerprint").read_text()
    if found.fingerprint != wanted:
        yield f"the imported dataset has the fingerprint {found.fingerprint} instead of {wanted}"
