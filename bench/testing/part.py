"""Which tests a strategy takes part in; what it takes no part in, it skips."""

from __future__ import annotations

import pytest

from bench import plugins
from bench.tasks import TASKS, Task
from bench.tasks.train import TRAIN


def takes_part(strategy: str, task: Task) -> bool:
    """Return whether a strategy takes part in a task."""
    return task.name in plugins.load(strategy).tasks


def learning_task(strategy: str) -> Task | None:
    """Return the first task that a strategy takes part in and in which it learns; ``None`` where it only scores."""
    known = (TASKS[name] for name in plugins.load(strategy).tasks)
    return next((task for task in known if task.measured == TRAIN.measured), None)


def trains_or_skip(strategy: str) -> None:
    """Skip the test of a strategy that does not train."""
    if not takes_part(strategy, TRAIN):
        pytest.skip("it does not train")


def skip_unless_distributed(strategy: str) -> None:
    """Skip the test of a strategy that does not share its work among workers."""
    if not plugins.load(strategy).strategy.distributed:
        pytest.skip("it is not distributed")
