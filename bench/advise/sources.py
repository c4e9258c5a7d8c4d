"""What runs say of the table that they are about, whether they are alike, and whom they did not measure; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bench.families import family_of
from bench.findings.likeness import differences
from bench.records.directory import Run
from bench.tasks import Task
from bench.writing.clean import shown

SAME_TABLE = ("label", "features")  # facts of a dataset that are the same at every size


def unmeasured(runs: Sequence[Run], task: str) -> tuple[str, ...]:
    """Return who was planned and never measured to an end, because the time ended before, by name.

    Args:
        runs: The runs.
        task: Name of the task.
    """
    ended = [record for run in runs for record in run.records if record["status"] != "interrupted"]
    tried = {(record["trial"]["strategy"], record["trial"]["workers"]) for record in ended}
    planned = {
        (trial["strategy"], trial["workers"])
        for run in runs
        for trial in run.run["plan"]
        if trial["task"] == task and family_of(trial["family"]).works
    }
    return tuple(entrant_name(*each) for each in sorted(planned - tried))


def entrant_name(strategy: str, workers: int) -> str:
    """Return how people call a strategy with so many workers."""
    return shown(strategy) if workers == 1 else f"{shown(strategy)} ({workers} workers)"


def whole_table(run: Run) -> Mapping[str, Any]:
    """Return the facts of the table that a run is about: that of which its dataset is a sample, if it says so.

    Args:
        run: The run.
    """
    found: Mapping[str, Any] = run.run.get("sample_of") or run.run["dataset"]
    return found


def task_share(run: Run, task: Task) -> float:
    """Return which share of a whole table's rows a task works on.

    Args:
        run: A run on it, or on a sample of it, all of which have the same rows for testing.
        task: The task.
    """
    table = whole_table(run)
    return task.rows_described(table) / float(table["rows"])


def table_rows(run: Run, task: Task) -> int:
    """Return the rows of a whole table of which a run's task works on as many.

    Args:
        run: A run.
        task: The task.
    """
    return round(task.rows_described(run.run["dataset"]) / task_share(run, task))


def unlikeness(runs: Sequence[Run], table: Mapping[str, Any] | None, but: Collection[str] = ("dataset",)) -> str:
    """Return the fact in which runs differ, beside the rows of one table, as a sentence without a full stop.

    Args:
        runs: The runs.
        table: Facts of the table in question; None where it is that of the runs.
        but: Groups of facts, or single facts, that may differ.

    Returns:
        Empty where they are alike.
    """
    first = runs[0]
    for other in runs[1:]:
        apart = [each for each in differences(first, other) if each.group not in but and each.name not in but]
        found = [each for each in apart if not _own_model(each, runs)]
        if found:
            return f"{found[0]} (A is {first.directory.name}, B is {other.directory.name})"
    if len({run.run["sample_of"]["fingerprint"] for run in runs if run.run.get("sample_of")}) > 1:
        return "they are of samples of different tables"
    tables = [run.run["dataset"] for run in runs] + ([dict(table)] if table else [])
    for fact in (*SAME_TABLE, "problem"):
        values = [each.get(fact) or "binary" for each in tables]
        for value in values[1:]:
            if _plain(value) != _plain(values[0]):
                return f"the tables differ in their {fact}"
    return ""


def _own_model(difference: Any, runs: Sequence[Run]) -> bool:
    """Return whether runs differ in the model only because each table has a reference model of its own."""
    return difference.group == "model" and not any(run.run["request"].get("model") for run in runs)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
