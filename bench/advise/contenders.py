"""Turns runs of several sizes into contenders: what each strategy, with its workers, took at each size; pure."""

from __future__ import annotations

import functools
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.advise.fit import SizePoint
from bench.advise.hosts import HOSTS, Host, peaks, spark_settings
from bench.advise.sources import task_share
from bench.findings.cases import Case, cases
from bench.findings.names import case_name
from bench.findings.phases import stretches
from bench.records.directory import Record, Run
from bench.request import setting_names, setting_of
from bench.scaling import Scale
from bench.tasks import TASKS
from bench.writing import figures

ALMOST = 0.01  # share of a trial's judged time by which its phases may miss the sum
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

    @functools.cached_property
    def hosts(self) -> tuple[Host, ...]:
        """The hosts that it needed memory on: the driver's, and on a cluster those of workers."""
        used = {host for record in self.case.counted for host in peaks(record)}
        return tuple(host for host in HOSTS if host in used)

    def memory_on(self, host: Host) -> SizePoint | None:
        """Return its peak memory on a host, in bytes; others do not change it.

        Args:
            host: Whose.

        Returns:
            None where it is unknown, or of some of the rows.
        """
        found = [peaks(record).get(host) for record in self.case.counted]
        known = [peak for peak in found if peak]
        if self._stopped or not known or len(known) < len(found):
            return None
        return SizePoint(self.at, statistics.median(known), {})


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
    def hosts(self) -> tuple[Host, ...]:
        """The hosts that it needs memory on."""
        used = {host for rung in self.rungs for host in rung.hosts}
        return tuple(host for host in HOSTS if host in used) or HOSTS[:1]

    @property
    def on_executors(self) -> bool:
        """Whether it worked on executors of a cluster, and not in one process on the driver's host."""
        return any("executor_hosts" in record["notes"] for rung in self.rungs for record in rung.case.records)

    @property
    def disturbed(self) -> list[Rung]:
        """The sizes at which others disturbed every trial."""
        return [rung for rung in self.rungs if rung.case.disturbed]


def rows_shown(rows: float) -> str:
    """Return a number of rows with two digits that count."""
    return figures.whole(float(f"{rows:.2g}"))


def contenders(runs: Sequence[Run], task: str) -> list[Contender]:
    """Return the contenders, by name: cases that did work and come to an answer.

    Args:
        runs: Runs that are alike, at one size or several.
        task: Name of the task.
    """
    by_table: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_table[run.run["dataset"]["fingerprint"]].append(run)
    rungs: dict[str, list[Rung]] = defaultdict(list)
    for members in by_table.values():
        for case in cases(record for run in members for record in run.records):
            if case.task == task and case.contends and not {record["status"] for record in case.records} <= LIFELESS:
                at = _scale(case, members[0])
                rungs[case_name(case)].append(Rung(at, case, task_share(members[0], TASKS[task])))
    ordered = {name: tuple(sorted(found, key=lambda rung: rung.at.rows)) for name, found in sorted(rungs.items())}
    return [Contender(name, each[0].case.strategy, each[0].case.workers, each) for name, each in ordered.items()]


def _scale(case: Case, run: Run) -> Scale:
    trial, dataset = case.records[0]["trial"], run.run["dataset"]
    return Scale(
        rows=TASKS[case.task].rows_described(dataset),
        features=len(dataset["features"]),
        workers=case.workers,
        cores=case.cores,
        threads_per_worker=case.threads_per_worker,
        settings={name: value for name in setting_names(trial) if (value := setting_of(trial, name)) is not None},
        spark_conf=spark_settings(run.run["environment"]),
    )


def _parts(case: Case, record: Record) -> dict[str, float]:
    """Return the inner phases of the measured hook, where they are what the trial is judged by."""
    whole, judged = case.kind.duration_s(record), case.kind.seconds(record)
    if whole is None or judged is None or case.kind.judged_rows is not None or abs(whole - judged) > ALMOST * whole:
        return {}
    return {name: seconds for name, seconds in stretches(record).items() if name in record["inner"]}
