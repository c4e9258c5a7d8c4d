"""What a task is: which hooks it calls, which of them is measured, and what a trial is judged by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bench.problems import Grading, problem_of

if TYPE_CHECKING:
    from bench.model import Dataset, Trial

Figures = Mapping[str, Any]  # what a record holds
LEAST_S = 1e-6  # times are kept to the microsecond


class Sizes(Protocol):
    """What a task needs to know of a dataset."""

    @property
    def rows(self) -> int:
        """Rows of both splits."""

    @property
    def train_rows(self) -> int:
        """Rows of the split ``train``."""

    @property
    def test_rows(self) -> int:
        """Rows of the split ``test``."""


@dataclass(frozen=True)
class Column:
    """A column of a table, on the terminal or in the report.

    Attributes:
        heading: What stands above it, on one or two lines.
        kind: How its value is written.
        path: Keys that lead to its value in a record.
    """

    heading: str
    kind: Literal["seconds", "count", "bytes", "share"]
    path: tuple[str, ...]


SETUP_COLUMN = Column("setup,\ns", "seconds", ("phases", "setup"))
PREDICT_COLUMN = Column("predict,\ns", "seconds", ("phases", "predict"))
RATE_COLUMN = Column("rows/s", "count", ("rows_per_s",))
COST_COLUMNS = (
    Column("peak\nmemory", "bytes", ("resources", "peak_memory_bytes")),
    Column("CPU,\ns", "seconds", ("resources", "cpu_s")),
)


@dataclass(frozen=True)
class Observation:
    """What was seen of a trial that went well, for the figures of its task.

    Attributes:
        dataset: The dataset.
        phases: Seconds of each phase.
        inner: Seconds of each inner phase, a value for each rank.
        measures: Numbers that the strategy left, checked.
        given_model: Whether the strategy scored with a model that it was given.
    """

    dataset: Sizes
    phases: Mapping[str, float]
    inner: Mapping[str, Sequence[float]]
    measures: Mapping[str, float]
    given_model: bool


@dataclass(frozen=True)
class Task(ABC):
    """A task; make one of a subclass, in a file of its own, and enter it in the table of `bench.tasks`.

    Attributes:
        name: Its name, on the command line and in records.
        hooks: Hooks of the strategy that a trial calls, in their order, between the set-up and the teardown.
        measured: The hook whose time is what is measured.
        splits_to_score: Splits that ``bench_predict`` scores.
        grades: What its answers are graded by, where they are no predictions of the dataset's label.
        answer_is: What its answer is, for sentences.
        did: What a strategy did that has an answer, for sentences.
        scores_given_model: Whether strategies with ``scores="reference"`` score with a model that they are given.
        about_a_model: Whether trials are about a model that is trained: of a network that is given, and to be saved.
        weighs_quality: Whether trials of it differ in what they learn, so that time alone is no answer.
        result: What a trial comes to, after a number of seconds or the word: ``to a model``.
        time_is: What its time is: ``time to a model``.
        milestone: What a trial comes to on the way to its result, after ``time_to_model_s``: ``to a model``; empty
            where nothing is on the way. It is told beside the result.
        reported: Columns of the report's table that only this task has.
        rows_are: What its rows are there for: ``to train on``.
        judged_rows: For how many rows `seconds` are; None where they are for the whole task.
        axis_rows: For how many rows times are drawn; None where they are for the whole task.
        columns: Columns of its table, before the grades.
        columns_after: Those after the grades.
        all_grades: Whether its table shows every grade, or the first only.
        hands_over: Whether the measured hook hands rows over to trainers of the harness, which take two passes over
            them: the first within the hook's phase, the second in one of its own.
        writes: Whether its predictions can be left at a place that the user names.
        composed: Whether its strategies are pipelines, which are put together of parts by their names.
        default_data: The dataset where none is named; empty for the one of most tasks.
        row_budget: Whether a strategy that scores row by row may stop after the row budget.
    """

    name: str
    hooks: tuple[str, ...]
    measured: str
    splits_to_score: tuple[str, ...]
    result: str
    time_is: str
    rows_are: str
    columns: tuple[Column, ...]
    columns_after: tuple[Column, ...]
    grades: Grading | None = None
    milestone: str = ""
    reported: tuple[Column, ...] = ()
    answer_is: str = "predictions"
    did: str = "learned"
    scores_given_model: bool = False
    about_a_model: bool = False
    weighs_quality: bool = False
    judged_rows: int | None = None
    axis_rows: int | None = None
    all_grades: bool = True
    row_budget: bool = False
    hands_over: bool = False
    writes: bool = False
    composed: bool = False
    default_data: str = ""

    @abstractmethod
    def rows(self, dataset: Sizes) -> int:
        """Return how many rows of a dataset the task works on."""

    def rows_described(self, described: Mapping[str, Any]) -> int:
        """Return the same for a dataset that a file describes."""
        return self.rows(SimpleNamespace(**described))

    @abstractmethod
    def work(self, seen: Observation) -> dict[str, Any]:
        """Return the figures of a record that the task is about.

        Args:
            seen: The trial.

        Returns:
            Of ``time_to_model_s``, ``rows``, ``rows_per_s`` and ``rows_per_s_warm`` those that the task has.
        """

    @abstractmethod
    def seconds(self, record: Figures) -> float | None:
        """Return what a trial is judged by, in seconds for `judged_rows` rows; this definition is the only one.

        Args:
            record: A record with status ``ok``.

        Returns:
            At least a microsecond; None where the trial has no such figure.
        """

    def graded_by(self, facts: object) -> Grading:
        """Return what a trial's answer is graded by: the task's own grades, or those of the dataset's problem.

        Args:
            facts: A dataset; or, out of a file, what is said of one or of a trial on it.
        """
        return self.grades or problem_of(facts)

    def labelled(self, dataset: Dataset) -> Dataset | None:
        """Return the dataset if strategies have to know its label and weights; ``None`` where these play no part.

        Args:
            dataset: The dataset.
        """
        return None if self.grades else dataset

    def check(self, trial: Trial) -> None:
        """See that there can be such a trial.

        Args:
            trial: The trial, as it is planned.

        Raises:
            UsageError: Its settings do not fit its dataset.
        """
        del trial

    def answer(self, results: Mapping[str, Any], directory: Path) -> Path | None:
        """Return the file or directory of a trial's answer, in the process of the trial; ``None`` where there is none.

        Args:
            results: What the hooks came to: ``session``, ``model``, ``predictions``, ``delivery``.
            directory: Where to save what is no file yet.
        """
        del directory
        return results.get("predictions")

    def idle_work(self, phases: Mapping[str, float]) -> dict[str, Any]:
        """Return the figures of a trial of the control, which does nothing.

        Args:
            phases: Seconds of each phase.
        """
        del phases
        return {}

    def spent(self, record: Figures) -> tuple[float, float] | None:
        """Return what the work took where a task has that apart from the rest of a trial; None where it does not.

        Args:
            record: A record with status ``ok``.

        Returns:
            CPU seconds for a million rows, and peak bytes of memory.
        """
        del record
        return None

    def duration_s(self, record: Figures) -> float | None:
        """Return the seconds of the measured hook, whatever it got done.

        Args:
            record: A record.
        """
        found = record["phases"].get(self.measured)
        return None if found is None else float(found)

    def scaled(self, seconds: float, rows: float | None) -> float:
        """Return what `seconds` gives for so many rows; None for the whole task where that has no unit.

        Args:
            seconds: Out of `seconds`.
            rows: Number of rows.
        """
        if self.judged_rows is None or rows is None:
            return seconds
        return seconds * rows / self.judged_rows
