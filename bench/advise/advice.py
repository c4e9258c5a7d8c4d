"""Answers which way is the fastest for more rows than anybody has measured; measures nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.advise.contenders import contenders, unlikeness
from bench.advise.decide import FARTHEST
from bench.advise.memory import SHARE
from bench.advise.prospects import Field, GradeAim, Prospect, survey
from bench.advise.refusal import Refusal
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
    """

    rows: float
    table: Mapping[str, Any] | None = None
    memory_share: float = SHARE
    quality: float | None = None
    worth: float | None = None


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
        room: Bytes of memory that a trial may use; None where nobody knows.
        metric: The first grade.
        field: The contenders and the decision.
        refusal: Why nothing is said of any; None where the contenders have their own reasons.
        runs: Names of the runs.
    """

    question: SizeQuestion
    task: Task
    asked: float
    share: float
    features: int
    environment: Mapping[str, Any]
    room: float | None
    metric: Metric
    field: Field
    refusal: Refusal | None
    runs: tuple[str, ...]

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


def advise(runs: Sequence[Run], question: SizeQuestion, stated: Mapping[str, StatedTerms] = {}) -> Advice:
    """Return the answer to a question.

    Args:
        runs: What was measured, at several sizes; at least one run.
        question: The question.
        stated: The terms that strategies state, by their names.

    Raises:
        UsageError: So many rows were measured, or nothing was.
    """
    first = runs[0]
    task = TASKS[first.run["request"].get("task", DEFAULT)]
    largest = max((run.run["dataset"] for run in runs), key=lambda dataset: int(dataset["rows"]))
    if question.rows <= largest["rows"]:
        raise UsageError(
            f"Up to {largest['rows']:,} rows were measured: ask for more, or let `bench report` compare what was."
        )
    share = task.rows_described(largest) / largest["rows"]
    host = first.run["environment"]["host"]
    room = host["memory_bytes"] * question.memory_share if host["memory_bytes"] else None
    metric = task.graded_by(largest).metrics[0]
    measured = contenders(runs, task.name)
    if not measured:
        raise UsageError("The runs have no trial that did any work: give --from runs of the strategies in question.")
    asked, features = question.rows * share, len(largest["features"])
    refusal = _of_runs(runs, question)
    if refusal:
        field = Field(tuple(Prospect(each, refusal=refusal) for each in measured), None, ())
    else:
        aim = GradeAim(metric, task.weighs_quality, question.quality)
        field = survey(measured, asked, room, aim, stated, gpus=bool(host["gpus"]))
    names = tuple(run.directory.name for run in runs)
    return Advice(question, task, asked, share, features, first.run["environment"], room, metric, field, refusal, names)


def _of_runs(runs: Sequence[Run], question: SizeQuestion) -> Refusal | None:
    if fact := unlikeness(runs, question.table):
        return Refusal("unlike", fact, "give --from runs of one machine, one stack, the same settings and one table")
    if runs[0].run["environment"].get("cluster"):
        reason = "the runs are of a cluster, of which only the memory of the driver's host is forecast"
        return Refusal("limit", reason, "give --from runs on one machine")
    return None
