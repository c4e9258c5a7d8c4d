"""What is measured: a file for each task, and their one table."""

from collections.abc import Mapping
from typing import Any

from bench import hookspecs
from bench.kinds import Kinds
from bench.problems import Grading, taken_name
from bench.tasks.base import Task
from bench.tasks.cluster import CLUSTER
from bench.tasks.handoff import HANDOFF
from bench.tasks.pipeline import PIPELINE
from bench.tasks.predict import PREDICT
from bench.tasks.train import TRAIN


def _fault(task: Task) -> str | None:
    """Return the fault of a task that a package brings."""
    if unknown := [name for name in task.hooks if f"bench_{name}" not in vars(hookspecs)]:
        return f"calls a hook {unknown[0]!r} that the contract does not have"
    if task.measured not in task.hooks:
        return f"measures {task.measured!r}, which is none of its hooks"
    if task.grades is not None:
        return taken_name(task.grades)
    if "predict" not in task.hooks or not task.splits_to_score:
        return "scores no rows, and a trial is graded by those that it scores, or by grades of its task's own"
    return None


OWN = (TRAIN, PREDICT, CLUSTER, HANDOFF, PIPELINE)
TASKS: Kinds[Task] = Kinds("task", "bench.tasks", Task, {task.name: task for task in OWN}, _fault)
DEFAULT = TRAIN.name


def grading_of(trial: Mapping[str, Any]) -> Grading:
    """Return what a trial's answer is graded by.

    Args:
        trial: What a record says of it.
    """
    return TASKS[trial["task"]].graded_by(trial)


__all__ = ["DEFAULT", "TASKS", "Task", "grading_of"]
