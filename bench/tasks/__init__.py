"""What is measured: a file for each task, and their one table."""

from bench.kinds import Kinds
from bench.tasks.base import Task
from bench.tasks.predict import PREDICT
from bench.tasks.train import TRAIN

TASKS: Kinds[Task] = Kinds("task", "bench.tasks", {"train": TRAIN, "predict": PREDICT})
DEFAULT = TRAIN.name

__all__ = ["DEFAULT", "TASKS", "Task"]
