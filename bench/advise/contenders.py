"""Turns runs of several sizes into contenders: what each strategy, with its workers, took at each size; pure."""

from __future__ import annotations

import functools
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.advise.fit import SizePoint
from bench.findings.cases import Case, cases
from bench.findings.likeness import differences
from bench.findings.names import case_name
from bench.findings.phases import stretches
from bench.records.directory import Record, Run
from bench.request import setting_names, setting_of
from bench.scaling import Scale
from bench.tasks import TASKS
from bench.writing import figures

ALMOST = 0.01  # share of a trial's judged time by which its phases may miss the sum
SAME_TABLE = ("label", "features")  # facts of a dataset that are the same at every size
LIFELESS = {"skipped", "interrupted"}


@dataclass(frozen=True, eq=False)
class Rung:
    """A contender at one size.

    Attributes:
        at: The scale.
        case: Its trials there.
        share: Rows that the task works on, of those of the table.
    """

    at: Scale
    case: Case
    share: float

    @property
    def failed(self) -> bool:
        """Whether it ended well in no repeat, and not because others disturbed it."""
        return not self.case.ok and not self.case.disturbed

    @functools.cached_property
    def point(self) -> SizePoint | None:
        """What it took, in seconds for all rows.

        None where others disturbed every repeat, none ended well, or one stopped before all rows were scored: what is
        seldom measured to its end has neither its time nor its memory.
        """
        if not self.case.samples or self._stopped:
            return None
        seconds = self.case.kind.scaled(statistics.median(self.case.samples), self.at.rows)
        parts = [_parts(self.case, record) for record in self.case.undisturbed]
        shared = set(parts[0]).intersection(*parts)
        return SizePoint(self.at, seconds, {name: statistics.median(each[name] for each in parts) for name in shared})

    @property
    def least_s(self) -> float:
        """The seconds that it takes at least: those that it took undisturbed, be it for some of the rows."""
        found = [self.case.kind.duration_s(record) or 0.0 for record in self.case.undisturbed]
        return statistics.median(found) if found else 0.0

    @property
    def _stopped(self) -> bool:
        return self.case.kind.row_budget and any(record["rows"] < self.at.rows for record in self.case.ok)

    @property
    def memory(self) -> SizePoint | None:
        """Its peak memory, in bytes; others do not change it. None where it is unknown, or of some of the rows."""
        if self._stopped:
            return None
        peak = self.case.median("resources", "peak_memory_bytes")
        return SizePoint(self.at, peak, {}) if peak else None


@dataclass(frozen=True, eq=False)
class Contender:
    """A strategy with a number of workers.

    Attributes:
        name: For people.
        strategy: Name of the strategy.
        workers: Number of workers.
        rungs: What it did at each size, ascending; at least one.
    """

    name: str
    strategy: str
    workers: int
    rungs: tuple[Rung, ...]

    @property
    def largest(self) -> Rung:
        """The largest size at which it was tried."""
        return self.rungs[-1]

    def table_rows(self, rows: float) -> str:
        """Return the rows of the table of which the task works on so many, with two digits that count."""
        return rows_shown(rows / self.largest.share)

    @property
    def points(self) -> list[SizePoint]:
        """Its undisturbed times, by size."""
        return [rung.point for rung in self.rungs if rung.point]

    @property
    def disturbed(self) -> list[Rung]:
        """The sizes at which others disturbed every trial."""
        return [rung for rung in self.rungs if rung.case.disturbed]


def rows_shown(rows: float) -> str:
    """Return a number of rows with two digits that count."""
    return figures.whole(float(f"{rows:.2g}"))


def contenders(runs: Sequence[Run], task: str) -> list[Contender]:
    """Return the contenders that did any work, by name.

    Args:
        runs: Runs that are alike, at one size or several.
        task: Name of the task.
    """
    by_table: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_table[run.run["dataset"]["fingerprint"]].append(run)
    rungs: dict[str, list[Rung]] = defaultdict(list)
    for members in by_table.values():
        dataset = members[0].run["dataset"]
        for case in cases(record for run in members for record in run.records):
            if case.task == task and case.works and not {record["status"] for record in case.records} <= LIFELESS:
                at = _scale(case, dataset)
                rungs[case_name(case)].append(Rung(at, case, at.rows / dataset["rows"]))
    ordered = {name: tuple(sorted(found, key=lambda rung: rung.at.rows)) for name, found in sorted(rungs.items())}
    return [Contender(name, each[0].case.strategy, each[0].case.workers, each) for name, each in ordered.items()]


def unlikeness(runs: Sequence[Run], table: Mapping[str, Any] | None) -> str:
    """Return the fact in which runs differ, beside the rows of one table, as a sentence without a full stop.

    Args:
        runs: The runs.
        table: Facts of the table in question; None where it is that of the runs.

    Returns:
        Empty where they are alike.
    """
    first = runs[0]
    for other in runs[1:]:
        found = [each for each in differences(first, other) if each.group != "dataset" and not _own_model(each, runs)]
        if found:
            return f"{found[0]} (A is {first.directory.name}, B is {other.directory.name})"
    tables = [run.run["dataset"] for run in runs] + ([dict(table)] if table else [])
    for fact in (*SAME_TABLE, "problem"):
        values = [each.get(fact) or "binary" for each in tables]
        for value in values[1:]:
            if _plain(value) != _plain(values[0]):
                return f"the {fact} of the tables differ"
    return ""


def _own_model(difference: Any, runs: Sequence[Run]) -> bool:
    """Return whether runs differ in the model only because each table has a reference model of its own."""
    return difference.group == "model" and not any(run.run["request"].get("model") for run in runs)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _scale(case: Case, dataset: Mapping[str, Any]) -> Scale:
    trial = case.records[0]["trial"]
    return Scale(
        rows=TASKS[case.task].rows_described(dataset),
        features=len(dataset["features"]),
        workers=case.workers,
        cores=case.cores,
        threads_per_worker=case.threads_per_worker,
        settings={name: value for name in setting_names(trial) if (value := setting_of(trial, name)) is not None},
    )


def _parts(case: Case, record: Record) -> dict[str, float]:
    """Return the inner phases of the measured hook, where they are what the trial is judged by."""
    whole, judged = case.kind.duration_s(record), case.kind.seconds(record)
    if whole is None or judged is None or case.kind.judged_rows is not None or abs(whole - judged) > ALMOST * whole:
        return {}
    return {name: seconds for name, seconds in stretches(record).items() if name in record["inner"]}
