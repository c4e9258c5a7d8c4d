"""What is measured: a file for each task, and their one table."""

from bench import hookspecs
from bench.kinds import Kinds
from bench.tasks.base import Task
from bench.tasks.predict import PREDICT
from bench.tasks.train import TRAIN


def _fault(task: Task) -> str | None:
    """Return the fault of a task that a package brings."""
    if unknown := [name for name in task.hooks if f"bench_{name}" not in vars(hookspecs)]:
        return f"calls a hook {unknown[0]!r} that the contract does not have"
    if task.measured not in task.hooks:
        return f"measures {task.measured!r}, which is none of its hooks"
    if "predict" not in task.hooks or not task.splits_to_score:
        return "scores no rows, and a trial is graded by those that it scores"
    return None


TASKS: Kinds[Task] = Kinds("task", "bench.tasks", Task, {"train": TRAIN, "predict": PREDICT}, _fault)
DEFAULT = TRAIN.name

__all__ = ["DEFAULT", "TASKS", "Task"]
