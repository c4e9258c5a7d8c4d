"""Measures ladders of several strategies, tasks and kinds of problem, for `benchmarks.twenty_questions`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.advise.ladder import Ladder
from bench.datasets import ensure
from bench.datasets.makers.flights_raw import make_flights_raw
from bench.datasets.makers.synthetic import make_synthetic
from bench.datasets.store import locate
from bench.machine.limits import cores_available
from bench.model import Dataset
from bench.records.choice import is_spoilt
from bench.records.directory import Run, read_run
from bench.request import Request
from bench.runs import campaign, execution
from bench.runs.progress import Progress
from bench.tasks import TASKS
from bench.trial import references

RAW = "flights-raw"
FIRST_S = 15.0  # of a strategy's first trial, for all that is known before
TRIAL_S = 300.0  # at most
FACTS = ("name", "fingerprint", "rows", "train_rows", "test_rows")
OPEN = {"interrupted", "timeout"}


@dataclass(frozen=True)
class Course:
    """What is measured at several sizes.

    Attributes:
        task: Name of the task.
        table: Name of the table.
        strategies: Names of those that run.
        sizes: Rows, in thousands, of each sample that the task works on; of raw tables the copies of a year.
        settings: Fields of the request.
        cold: Whether its first trial is thrown away, since nothing like it ran before, and it finds nothing in memory.
    """

    task: str
    table: str
    strategies: tuple[str, ...]
    sizes: tuple[int, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    cold: bool = False


TABLES = {
    "questions-binary": {"rows": 4_100_000, "features": 20},
    "questions-classes": {"rows": 2_100_000, "features": 12, "kind": "multiclass"},
    "questions-numbers": {"rows": 2_100_000, "features": 12, "kind": "regression"},
}
BINARY, CLASSES, NUMBERS = TABLES
TREES = {"trees": 250}
FEW_TREES = {"trees": 120}  # for each class
COURSES = {
    "trees": Course("train", BINARY, ("xgboost", "lightgbm"), (100, 200, 400, 800, 3200), TREES, cold=True),
    "classes": Course("train", CLASSES, ("lightgbm", "sklearn_histgbt"), (100, 200, 400, 800, 1600), FEW_TREES),
    "network": Course("train", NUMBERS, ("tensorflow",), (25, 50, 100, 400, 1600), {"epochs": 1}, cold=True),
    "linear": Course("train", BINARY, ("mllib_linear",), (50, 100, 200, 800, 3200), cold=True),
    "scores": Course("predict", BINARY, ("map_in_arrow",), (100, 200, 400, 1600, 3200)),
    "pipelines": Course("pipeline", RAW, ("polars+xgboost", "pandas+xgboost"), (1, 2, 4, 10), TREES),
    "hand-over": Course("handoff", BINARY, ("tfrecord",), (200, 400, 800, 1600, 3200)),
    "shared trees": Course("train", BINARY, ("xgboost_barrier",), (100, 200, 400, 1600), TREES),
}


@dataclass
class Examination:
    """The courses, as far as they were run.

    Attributes:
        out: Directory of the runs.
        share: Of all sizes; less than 1 only tries whether everything works.
        until: Moment at which it ends, seconds of ``CLOCK_MONOTONIC``.
    """

    out: Path
    share: float
    until: float

    def prepare(self) -> None:
        """Make all tables, samples and references."""
        for course in COURSES.values():
            request = self._request(course)
            for size in course.sizes:
                dataset = self._dataset(course, size)
                if request.model:
                    references.ensure(dataset, Path(request.model))

    def _dataset(self, course: Course, size: int) -> Dataset:
        """Return the rows of a size, made where they are not there yet."""
        if course.table == RAW:
            name = RAW if size == 1 else f"{RAW}-{size}"
            if not locate(name).exists():
                make_flights_raw(size, name=name)
            return ensure(name)
        return self._ladder(course).sample(round(1000 * size * self.share))

    def _ladder(self, course: Course) -> Ladder:
        if not locate(course.table).exists():
            made = TABLES[course.table]
            make_synthetic(**{**made, "rows": round(made["rows"] * self.share)}, name=course.table)
        return Ladder(ensure(course.table), TASKS[course.task])

    def _request(self, course: Course) -> Request:
        """Return what every trial of a course is made of; all score with one model, that of the smallest size."""
        request = Request(course.strategies, course.task, cores=cores_available(), **course.settings)
        if not TASKS[course.task].scores_given_model:
            return request
        first = references.ensure(self._dataset(course, course.sizes[0]))
        return replace(request, model=str(first.model))

    def runs(self, name: str, size: int) -> list[Run]:
        """Return the runs of a course at a size."""
        found = [read_run(path.parent) for path in sorted((self.out / name / f"{size}").glob("*/run.json"))]
        return [run for run in found if run.records]

    def _missing(self, name: str, size: int) -> list[str]:
        """Return whom nobody measured undisturbed to an end."""
        ended = [record for run in self.runs(name, size) for record in run.records]
        settled = {each["trial"]["strategy"] for each in ended if not is_spoilt(each) and each["status"] not in OPEN}
        return [each for each in COURSES[name].strategies if each not in settled]

    def measure(self, name: str) -> None:
        """Measure what is missing of a course, from small to large, as far as there is time."""
        course = COURSES[name]
        for size in course.sizes:
            wanted = {each for each in self._missing(name, size) if self._expected_s(name, each, size) < self._left_s}
            if not wanted:
                continue
            request = self._request(course)
            table = None if course.table == RAW else self._ladder(course).dataset
            begun = campaign.start(
                request,
                self._dataset(course, size),
                campaign.select(request),
                self.out / name / f"{size}",
                sys.argv,
                wanted=lambda planned, wanted=wanted: planned.trial.strategy in wanted,
                sample_of=table and {fact: getattr(table, fact) for fact in FACTS},
            )
            cold = begun.trials[:1] if course.cold and size == course.sizes[0] else []
            trials = [*cold, *begun.trials]
            with Progress(Console(stderr=True, highlight=False), len(trials)) as progress:
                for planned in trials:
                    one = replace(begun, trials=[planned])
                    for _ in execution.execute(one, TRIAL_S, progress, 0, self.until, end=self.until):
                        pass

    @property
    def _left_s(self) -> float:
        return self.until - time.monotonic()

    def _expected_s(self, name: str, strategy: str, size: int) -> float:
        """Return the seconds that a trial takes at most, as its largest before says."""
        walls = {
            other: record["wall_s"] * max(1.0, size / other)
            for other in COURSES[name].sizes
            for run in self.runs(name, other)
            for record in run.records
            if record["trial"]["strategy"] == strategy and record["status"] == "ok"
        }
        return float(walls[max(walls)]) if walls else FIRST_S
