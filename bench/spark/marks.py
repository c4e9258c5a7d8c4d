"""Environment variables by which the harness knows the processes of a trial; imports the standard library only."""

from __future__ import annotations

import os

TRIAL_VARIABLE = "BENCH_TRIAL"
EXECUTOR_VARIABLE = "BENCH_EXECUTOR_OF"


def executor_marks() -> dict[str, str]:
    """Return the setting by which Spark marks the executors of this process's trial; none outside a trial.

    A cluster may run executors on the driver's own host, where they would count as programs of others.
    """
    mark = os.environ.get(TRIAL_VARIABLE)
    return {f"spark.executorEnv.{EXECUTOR_VARIABLE}": mark} if mark else {}
