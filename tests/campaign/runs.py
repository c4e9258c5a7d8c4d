"""Runs, which most plans are about: on a disk, with a framework, of ranks that meet; and how their leavings must be."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.errors import BenchError
from bench.records.choice import chosen_records, trial_key
from bench.records.directory import Run, read_run
from tests.campaign.sandbox import Ending, Sandbox
from tests.campaign.works import DATASET, Work

A_DAY_S = 86_400
# Arguments of runs, and the kinds of process that there are in them beside the harness and a worker.
Chosen = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
CHEAP: Chosen = (
    (("--strategy", "steps"), ("child",)),
    (("--strategy", "steps"), ("child",)),
    (("--strategy", "steps", "--strategy", "scores"), ("child",)),
    (("--strategy", "scores"), ()),
)
REAL: Chosen = (
    (("--strategy", "xgboost", "--trees", "4"), ()),
    (("--strategy", "lightgbm", "--trees", "4"), ()),
    (("--strategy", "sklearn_histgbt", "--trees", "4"), ()),
    (("--strategy", "tensorflow"), ()),
    (("--strategy", "mllib_linear"), ("jvm",)),
    (("--strategy", "map_in_arrow", "--task", "predict"), ("jvm", "python worker")),
    (("--strategy", "to_arrow", "--task", "handoff"), ("jvm",)),
    (("--strategy", "mllib_linear", "--master", "local-cluster[2,1,1024]"), ("jvm", "executor")),
)
RANKS: Chosen = (
    (("--strategy", "xgboost_spark", "--trees", "4", "--workers", "2"), ("jvm", "python worker")),
    (("--strategy", "xgboost_barrier", "--trees", "4", "--workers", "2"), ("jvm", "python worker")),
    (("--strategy", "horovod", "--workers", "2"), ("rank",)),
)
# How often a moment is one of the whole command, or of a phase; `measured` is the one that the task is about.
PHASES = ("", "", "start", "setup", "measured", "teardown", "between")


class RunOnDisk(Work):
    """`bench run` into a directory, and `--resume`."""

    name, weight = "run", 10.0
    phases = PHASES
    targets = frozenset({"harness", "worker", "child"})
    codes = (0, 1, 2, 5, 130)
    chosen = CHEAP

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return a run of one or two strategies, once or twice."""
        repeats = str(random.choice((1, 1, 2)))
        return ("run", *having(self.chosen, target, random), "--data", DATASET, "--cores", "1", "--repeat", repeats)

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that the run can be read, has no trial twice, and that the exit code is what its records say."""
        for directory in _runs(box):
            if not (directory / "run.json").exists():
                may_be = box.keeps_from_removing and not any(path.is_file() for path in directory.rglob("*"))
                if ending.code is not None and ending.code >= 0 and not may_be:
                    yield f"{directory.name} was left without a run.json"
                continue
            try:
                run = read_run(directory)
            except BenchError as error:
                yield f"a run cannot be read: {error}"
                continue
            resumed = any("--resume" in one.arguments for one in box.endings)
            yield from _doubles(run, resumed=resumed)
            yield from _records_faults(run, ending)

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Resume the run, or run anew where none began; all trials then have an ok record."""
        refused = yield from resume_all(box, begun(box), arguments)
        if refused is None:
            return
        for directory in begun(box):
            if directory not in refused:
                yield from _incompleteness(read_run(Path(directory)))


class RealRun(RunOnDisk):
    """`bench run` of a strategy with a framework."""

    name, weight, real = "real run", 1.0, True
    targets = frozenset({"harness", "worker", "jvm", "python worker", "executor"})
    chosen = REAL

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return a run of one strategy."""
        return ("run", *having(self.chosen, target, random), "--data", DATASET, "--cores", "2")


class RankRun(RealRun):
    """`bench run` of ranks that train together, and meet by a tracker."""

    name = "run of ranks"
    targets = frozenset({"harness", "worker", "jvm", "python worker", "rank"})
    chosen = RANKS


def begun(box: Sandbox) -> list[str]:
    """Return the directories of the runs that have begun."""
    return [str(directory) for directory in _runs(box) if (directory / "run.json").exists()]


def resume_all(box: Sandbox, runs: Sequence[str], arguments: tuple[str, ...]) -> Generator[str, None, set[str] | None]:
    """Resume runs, or run anew where there is none; yield a sentence where that does not end well.

    Args:
        box: The sandbox.
        runs: The runs, as `--resume` takes them.
        arguments: The arguments of a new run.

    Returns:
        The runs that were not resumed since the machine differs; None after a bad end.
    """
    refused = set()
    for run in runs or [""]:
        ending = box.run(*(("run", "--resume", run) if run else arguments))
        if run and changed_machine(ending):
            refused.add(run)
            ending = box.run(*arguments)
        if ending.code != 0:
            yield f"without the fault it ends so: {ending.shown}"
            return None
    return refused


def changed_machine(ending: Ending) -> bool:
    """Return whether a run was not resumed since the machine differs: it had less memory, and so no Java, maybe."""
    said = ending.complaints
    return ending.code == 2 and ("Java was " in said or "machine memory in GiB was" in said)


def having(chosen: Chosen, target: str, random: Random) -> tuple[str, ...]:
    """Draw the arguments of a run in which there is a kind of process."""
    return random.choice([words for words, kinds in chosen if target in ("harness", "worker", *kinds)])


def _runs(box: Sandbox) -> list[Path]:
    return sorted(path for path in box.results.iterdir() if path.is_dir())


def _records_faults(run: Run, ending: Ending) -> Iterator[str]:
    for record in run.records:
        yield from _absurd_times(record)
        if record["log"] and not (run.directory.path / record["log"]).is_file():
            yield f"the log of {record['trial']['strategy']} is not there"
    statuses = {record["status"] for record in chosen_records(run.records)}
    planned = {trial_key(trial) for trial in run.run["plan"]}
    keys = {trial_key(record["trial"]) for record in run.records}
    if ending.code == 0 and not statuses <= {"ok", "skipped"}:
        yield f"exit code 0 with trials that are {sorted(statuses)}"
    if ending.code in (0, 1) and keys != planned:
        yield f"exit code {ending.code} with records of {len(keys)} of {len(planned)} trials"
    if ending.code == 1 and statuses <= {"ok", "skipped"}:
        yield "exit code 1 without a trial that failed"
    if run.warnings and ending.code is not None and ending.code >= 0:
        yield f"a record was cut off by a harness that lived: {run.warnings[0]}"


def _doubles(run: Run, *, resumed: bool) -> Iterator[str]:
    """Yield a sentence where a trial has two records, though nobody resumed, or though it was done."""
    before: dict[Any, str] = {}
    for record in run.records:
        key = trial_key(record["trial"])
        if key in before and (not resumed or before[key] in ("ok", "skipped")):
            yield f"a trial has two records, {before[key]} and {record['status']}"
        before[key] = record["status"]


def _absurd_times(record: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each time that no trial has taken, whatever the clock said."""
    for name, seconds in {**record["phases"], "wall": record["wall_s"]}.items():
        if seconds is not None and not 0 <= seconds <= A_DAY_S:
            yield f"{name} of {record['trial']['strategy']} took {seconds} s"


def _incompleteness(run: Run) -> Iterator[str]:
    chosen: dict[Any, str] = {trial_key(one["trial"]): one["status"] for one in chosen_records(run.records)}
    planned = {trial_key(trial) for trial in run.run["plan"]}
    if chosen.keys() != planned:
        yield f"after --resume {len(chosen)} of {len(planned)} trials have a record"
    if bad := {status for status in chosen.values() if status not in ("ok", "skipped")}:
        yield f"after --resume trials are {', '.join(sorted(bad))}"
