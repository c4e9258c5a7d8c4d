"""Answers which way is the fastest for more rows than anybody has measured; measures nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.advise import calibration
from bench.advise.calibration import Calibration
from bench.advise.contenders import contenders
from bench.advise.decide import FARTHEST
from bench.advise.farthest import ends
from bench.advise.hosts import Rooms, master_of, worker_memory
from bench.advise.memory import SHARE
from bench.advise.prospects import Field, Prospect, SurveyInput
from bench.advise.quality import GradeAim
from bench.advise.refusal import Refusal
from bench.advise.sources import task_share, unlikeness, unmeasured
from bench.advise.stated import StatedTerms
from bench.errors import UsageError
from bench.problems import Metric
from bench.records.directory import Run
from bench.tasks import DEFAULT, TASKS, Task


@dataclass(frozen=True)
class SizeQuestion:
    """What is asked.

    Attributes:
        rows: Rows of the whole table, of which as large a share is for testing as in the largest measured.
        table: Facts of the table in question; None where it is that of the runs.
        memory_share: Share of the machine's memory that a trial may use.
        quality: The first grade that will do; None for a little worse than the best that is expected.
        worth: The least gain of the first grade that is worth more rows; None for what the problem takes for equal.
        workers: Numbers of workers that are asked for, beyond those measured.
        beyond: Whether to tell an order of magnitude where the size is beyond the reach.
    """

    rows: float
    table: Mapping[str, Any] | None = None
    memory_share: float = SHARE
    quality: float | None = None
    worth: float | None = None
    workers: tuple[int, ...] = ()
    beyond: bool = False


@dataclass(frozen=True)
class Advice:
    """The answer.

    Attributes:
        question: What was asked.
        task: The task of the runs.
        asked: The rows asked for, of those that the task works on.
        share: Rows that the task works on, of those of the table.
        features: Features of a row.
        environment: Of the machine, out of the first run.
        rooms: Bytes of memory that a trial may use.
        metric: The first grade.
        field: The contenders and the decision.
        refusal: Why nothing is said of any; None where the contenders have their own reasons.
        runs: The runs.
        data: What the field was surveyed from.
        scored: How earlier forecasts did, as a sentence; empty where nobody knows.
        farthest: Where nothing can be said of anybody for want of reach or of memory, the answer for the most rows
            with one, a recommendation if any has; else None.
    """

    question: SizeQuestion
    task: Task
    asked: float
    share: float
    features: int
    environment: Mapping[str, Any]
    rooms: Rooms
    metric: Metric
    field: Field
    refusal: Refusal | None
    runs: tuple[Run, ...]
    data: SurveyInput
    scored: str = ""
    farthest: Advice | None = None

    @property
    def told(self) -> Advice:
        """The answer whose forecasts are shown: this one, or where it has none the farthest that has."""
        return self.farthest or self

    @property
    def table(self) -> Calibration:
        """The calibration of its times."""
        return self.data.table or calibration.load()

    @property
    def recommended(self) -> Prospect | None:
        """The contender that is recommended, surely or likely; None where it is too close to call, or refused."""
        decision = self.field.decision
        if decision is None or decision.verdict == "tie":
            return None
        return next(each for each in self.field.prospects if each.contender.name == decision.best)

    @property
    def end_of_reach(self) -> float:
        """The rows up to which crossings are looked for, of those that the task works on."""
        return FARTHEST * min(each.contender.largest.at.rows for each in self.field.prospects if each.time)

    def worth_it(self, prospect: Prospect) -> bool | None:
        """Return whether more rows may bring a contender a better grade; None where nobody knows.

        Args:
            prospect: One with a forecast.
        """
        if prospect.grade is None:
            return None
        least = self.question.worth
        if least is None:
            least = self.metric.allowance(prospect.grade.estimate)
        return prospect.grade.most_gain >= least


def advise(
    runs: Sequence[Run],
    question: SizeQuestion,
    stated: Mapping[str, StatedTerms] = {},
    table: Calibration | None = None,
) -> Advice:
    """Return the answer to a question.

    Args:
        runs: What was measured, at several sizes; at least one run.
        question: The question.
        stated: The terms that strategies state, by their names.
        table: The calibration of times; the package's own if not given.

    Raises:
        UsageError: So many rows were measured, or nothing was.
    """
    first = runs[0]
    task = TASKS[first.run["request"].get("task", DEFAULT)]
    of_largest = max(runs, key=lambda run: int(run.run["dataset"]["rows"]))
    largest, share = of_largest.run["dataset"], task_share(of_largest, task)
    asked, measured_rows = question.rows * share, task.rows_described(largest)
    if asked <= measured_rows:
        raise UsageError(
            f"Up to {measured_rows / share:,.0f} rows were measured: ask for more, or let `bench report` compare what "
            "was."
        )
    host = first.run["environment"]["host"]
    rooms = _rooms(runs, question.memory_share)
    metric = task.graded_by(largest).metrics[0]
    measured = contenders(runs, task.name)
    if not measured:
        raise UsageError("The runs have no trial that did any work: give --from runs of the strategies in question.")
    features = len(largest["features"])
    refusal = _of_runs(runs, question)
    aim = GradeAim(metric, task.weighs_quality, question.quality)
    data = SurveyInput(
        tuple(measured),
        asked,
        aim,
        stated,
        bool(host["gpus"]),
        unmeasured(runs, task.name),
        question.workers,
        table,
    )
    refused = Field(tuple(Prospect(each, refusal=refusal) for each in measured), None, ())
    field = refused if refusal else data.field(rooms)
    environment = first.run["environment"]
    found = Advice(
        question, task, asked, share, features, environment, rooms, metric, field, refusal, tuple(runs), data
    )
    if field.decision is not None:
        return found
    return replace(found, farthest=_farthest(found, measured_rows))


def _farthest(found: Advice, measured_rows: float) -> Advice | None:
    """Return the answer for fewer rows, at most four times asked: the farthest that recommends, or that decides."""
    decided = None
    for rows in ends(found.field, found.rooms, found.asked, found.share, measured_rows):
        data = replace(found.data, asked=rows * found.share)
        question = replace(found.question, rows=rows, beyond=False)
        nearer = replace(found, question=question, asked=data.asked, data=data, field=data.field(found.rooms))
        if nearer.recommended:
            return nearer
        if nearer.field.decision:
            decided = decided or nearer
    return decided


def _of_runs(runs: Sequence[Run], question: SizeQuestion) -> Refusal | None:
    if fact := unlikeness(runs, question.table):
        return Refusal("unlike", fact, "give --from runs of one machine, one stack, the same settings and one table")
    remote = (master_of(runs[0].run["environment"]) or "").partition("[")[0] not in ("", "local-cluster")
    if remote and worker_memory(record for run in runs for record in run.records) is None:
        reason = "the runs are of a cluster, of whose executors no record has the memory"
        return Refusal("limit", reason, "measure again with --master, and strategies that run on executors")
    return None


def _rooms(runs: Sequence[Run], share: float) -> Rooms:
    """Return the bytes of memory that a trial may use, of runs that are alike."""
    here = runs[0].run["environment"]["host"]["memory_bytes"]
    there = worker_memory(record for run in runs for record in run.records)
    return Rooms(here * share if here else None, there * share if there else None)
