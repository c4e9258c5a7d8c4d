"""Turns records into one summary per case; pure."""

from __future__ import annotations

import functools
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.families import family_of
from bench.problems import Grading
from bench.records.choice import chosen_records, is_spoilt
from bench.records.directory import Record
from bench.records.disturbance import Cause, causes, disturbed
from bench.request import batch_size_of
from bench.tasks import TASKS, Task, grading_of

CASE_FACTS = ("strategy", "family", "task", "dataset", "workers", "cores", "threads_per_worker")


@dataclass(frozen=True, eq=False)
class Case:
    """The trials that differ only in ``repeat``; equal to itself only, as records have no hash.

    Attributes:
        strategy: Name of the strategy.
        family: Its family.
        task: Name of its task.
        dataset: Name of the dataset.
        workers: Number of workers.
        cores: CPU cores of each trial.
        threads_per_worker: Threads of each worker.
        batch_size: Rows of a global batch; 0 where its family has no batches.
        records: The record of each trial that counts.
    """

    strategy: str
    family: str
    task: str
    dataset: str
    workers: int
    cores: int
    threads_per_worker: int
    batch_size: int
    records: tuple[Record, ...]

    @functools.cached_property
    def ok(self) -> list[Record]:
        """The records with status ``ok``."""
        return [record for record in self.records if record["status"] == "ok"]

    @functools.cached_property
    def undisturbed(self) -> list[Record]:
        """The records with status ``ok`` of trials that others did not disturb."""
        return [record for record in self.ok if not disturbed(record)]

    @property
    def counted(self) -> list[Record]:
        """The records that figures are made of: the undisturbed ones; where there are none, all that are ``ok``."""
        return self.undisturbed or self.ok

    @property
    def disturbed(self) -> bool:
        """Whether others disturbed every trial that ended well or ran out of time: its time is too long, or missing."""
        return bool(self._disturbed) and not self.undisturbed

    @property
    def _disturbed(self) -> list[Record]:
        return [record for record in self.records if is_spoilt(record)]

    @property
    def cause(self) -> Cause | None:
        """What disturbed its trials most: the median of them; None where none was disturbed."""
        return statistics.median_high(found) if (found := [causes(record)[-1] for record in self._disturbed]) else None

    def undisturbed_in(self, *phases: str) -> list[Record]:
        """Return the records with status ``ok`` of trials that others disturbed in none of these phases.

        Args:
            phases: Names of phases, or what `bench.records.disturbance.causes` takes instead.
        """
        return [record for record in self.ok if not any(disturbed(record, phase) for phase in phases)]

    def disturbed_in(self, phase: str) -> bool:
        """Return whether others disturbed this phase in every ``ok`` trial, so that its time is too long.

        Args:
            phase: As for `undisturbed_in`.
        """
        return bool(self.ok) and not self.undisturbed_in(phase)

    @functools.cached_property
    def samples(self) -> list[float]:
        """The judged seconds of each undisturbed record."""
        return self._judged(self.undisturbed)

    @property
    def counted_samples(self) -> list[float]:
        """The judged seconds of each counted record, to be shown; those of a disturbed case are not to be ranked."""
        return self._judged(self.counted)

    def _judged(self, records: Iterable[Record]) -> list[float]:
        return [seconds for record in records if (seconds := self.kind.seconds(record)) is not None]

    @property
    def kind(self) -> Task:
        """Its task."""
        return TASKS[self.task]

    @property
    def works(self) -> bool:
        """Whether it does any work; the control does none."""
        return family_of(self.family).works

    @property
    def contends(self) -> bool:
        """Whether it comes to an answer, as neither the control does nor a floor, which is there to compare with."""
        return self.works and not family_of(self.family).floor

    @property
    def problem(self) -> Grading:
        """What its answers are graded by: its dataset's problem, or the task's own grades."""
        return grading_of(self.records[0]["trial"])

    @property
    def grade(self) -> float | None:
        """The median of its grades by their first metric."""
        return self.median("quality", self.problem.metrics[0].name)

    @property
    def cores_in_use(self) -> int:
        """The cores that its workers' threads can keep busy."""
        return min(self.cores, self.workers * self.threads_per_worker)

    @property
    def status(self) -> str:
        """``ok`` if every trial was; else each status with its number, such as ``ok 2, timeout 1``."""
        counts = Counter(record["status"] for record in self.records)
        if len(counts) == 1:
            return str(next(iter(counts)))
        return ", ".join(f"{status} {number}" for status, number in counts.most_common())

    def median(self, *path: str) -> float | None:
        """Return the median over the counted records of one of their values.

        Args:
            path: Keys that lead to the value, such as ``"phases", "setup"``. Of a phase those records count that
                others did not disturb in it; where there are none, all that are ``ok``.
        """
        if path not in self._medians:
            records = (self.undisturbed_in(path[1]) or self.ok) if path[0] == "phases" else self.counted
            values = [value for record in records if (value := _value(record, path)) is not None]
            self._medians[path] = statistics.median(values) if values else None
        return self._medians[path]

    @functools.cached_property
    def _medians(self) -> dict[tuple[str, ...], float | None]:
        return {}


def _value(record: Record, path: tuple[str, ...]) -> Any:
    value: Any = record
    for key in path:
        value = value.get(key) if value else None
    return value


def cases(records: Iterable[Record]) -> list[Case]:
    """Return the cases: the control, the others from fast to slow, the disturbed by name, then those without a figure.

    Args:
        records: The records of one run, or of several whose trials are alike.
    """
    grouped: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for record in chosen_records(records):
        trial = record["trial"]
        grouped[*(trial[name] for name in CASE_FACTS), batch_size_of(trial)].append(record)
    found = [
        Case(**dict(zip(CASE_FACTS, key[:-1], strict=True)), batch_size=key[-1], records=tuple(members))
        for key, members in grouped.items()
    ]
    return sorted(found, key=_rank)


def _rank(case: Case) -> tuple[bool, int, float, str, int, int]:
    """Return what a case is ordered by; a disturbed time gives no order, not even among disturbed ones."""
    judged, seconds = cost(case), time_s(case)
    if judged is not None:
        order = (0, judged)
    elif case.disturbed or seconds is None:
        order = (2 if case.ok else 3, 0.0)
    else:
        order = (1, seconds)
    return case.works, *order, case.strategy, case.workers, case.batch_size


def cost(case: Case) -> float | None:
    """Return the judged seconds of a case: the median of its undisturbed repeats; None where it has none."""
    found = samples(case)
    return statistics.median(found) if found else None


def samples(case: Case) -> list[float]:
    """Return the judged seconds of each undisturbed repeat of a case; see `bench.tasks.base.Task.seconds`."""
    return case.samples


def time_s(case: Case) -> float | None:
    """Return the seconds that a case took: to a model, or to score all the rows that it scored."""
    found = times(case)
    return statistics.median(found) if found else None


def times(case: Case) -> list[float]:
    """Return the seconds that each counted repeat took: to a model, or to score all the rows that it scored."""
    return [seconds for record in case.counted if (seconds := case.kind.duration_s(record)) is not None]
