"""The whole contract between the harness and a strategy: five hooks that a trial calls, and one for forecasts.

A strategy is a module with some of these functions, each marked with ``@bench.hookimpl`` and
taking only the arguments it needs. It imports its frameworks inside the hooks, never at module
level. It may touch its ``trial``, its own ``session`` and ``trial.scratch``; it may not read a
clock for its score, grade itself, print results, read the command line or choose its own data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from pathlib import Path

    from bench.model import Strategy, Trial
    from bench.scaling import Scale, Terms

hookspec = pluggy.HookspecMarker("bench")


@hookspec(firstresult=True)
def bench_strategy() -> Strategy:
    """State the facts: family, required packages, and how it scales. Imports nothing heavy."""


@hookspec(firstresult=True)
def bench_setup(trial: Trial) -> Any:
    """Import frameworks and start the services that the work needs; the result is the ``session``.

    Raises:
        Skip: It cannot run here; the reason names the package to install or the thing to change.
    """


@hookspec(firstresult=True)
def bench_train(trial: Trial, session: Any) -> Any:
    """Fit a model on the split ``train``, from touching the data to a model, and return it.

    This is the measured work of a train trial.
    """


@hookspec(firstresult=True)
def bench_predict(trial: Trial, session: Any, model: Any) -> Path:
    """Score ``trial.splits_to_score`` and return a directory or file of Parquet.

    The columns are ``row_id`` (int64), which names each row exactly once, and ``score`` (float32
    or float64), the probability of label 1. This is the measured work of a predict trial. The
    ``model`` is the result of ``bench_train``; or, in a predict trial of a strategy with
    ``scores="reference"`` or without a ``bench_train``, the path of a model:
    of Keras, or where a user gives one, of PyTorch.

    A strategy that goes row by row may stop after ``trial.budget_s`` seconds: it then leaves the
    measure ``rows_scored`` (`Trial.measure`), the number of rows that it has written.

    A strategy that is given the path of a model names the inner phases ``load``, for loading it, and ``compile``, for
    its first call (`Trial.phase`, `Trial.ranks`): the warm rate leaves them out.
    """


@hookspec(firstresult=True)
def bench_teardown(trial: Trial, session: Any) -> None:
    """Stop everything that ``bench_setup`` started; runs also after a failure."""


@hookspec(firstresult=True)
def bench_scaling(at: Scale) -> Terms:
    """State what the time of each phase, and the peak memory, is made of at one scale: for `bench advise`.

    The outer keys are inner phases of the measured hook, as `Trial.phase` and `Trial.ranks` name them,
    ``bench.scaling.REST`` for the other time and ``bench.scaling.MEMORY`` for the memory of all
    processes. The inner keys are names for people, and the values how much there is of each, such as
    ``at.values``. `bench advise` fits what a unit of each costs, never less than nothing. A phase that
    is not named, and a strategy without the hook, has the terms of ``bench.scaling.linear``. It is
    called outside of trials, and imports nothing.
    """
