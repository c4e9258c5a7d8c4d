"""The whole contract between the harness and a strategy: the hooks that a trial calls, and one for forecasts.

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

    from bench.model import RowDelivery, Strategy, Trial
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
def bench_handoff(trial: Trial, session: Any) -> RowDelivery:
    """Hand the rows of the data frame ``session.frame`` over to the trainers; the measured work of a handoff trial.

    The data frame has the column ``label`` and the features, all float32, and nothing else. What is done here is done
    once, such as writing files. The result is a `bench.model.RowDelivery`, whose ``run`` the harness calls twice, for
    two passes over all rows, the first of which is measured with this hook. ``run(function)`` calls
    ``function(rank, world, blocks)`` in each of ``trial.workers`` processes that train, and returns what it returns, in
    the order of the ranks. ``blocks`` yields pairs of features, float32 of shape (rows, features) in C order, and
    labels, float32 of shape (rows,), in portions of any size; all ranks together get every row once.

    A strategy of a family that is a floor gives trainers no row: its ``run`` ignores the function and returns numbers
    of rows.
    """


@hookspec(firstresult=True)
def bench_pipeline(trial: Trial, session: Any) -> Path | str:
    """Go from the raw tables of ``trial.dataset`` to predictions, and return where they are: a path or a URI.

    The predictions are those of `bench_predict`, of ``trial.splits_to_score``, at ``trial.write_to`` where that names a
    place (`bench.rows.write_predictions`). The inner phases are ``etl``, ``handoff``, ``train``, ``predict`` and
    ``write`` (`Trial.phase`). This is the measured work of a pipeline trial.
    """


@hookspec(firstresult=True)
def bench_features(trial: Trial, session: Any) -> Any:
    """Return the feature table that ``bench_pipeline`` has made, after the measured time.

    It is an Arrow table or a data frame of Spark, with ``row_id`` (int64), ``test`` (boolean), the label and the
    features (float32). The harness compares it with the table that every engine has to come to.
    """


@hookspec(firstresult=True)
def bench_teardown(trial: Trial, session: Any) -> None:
    """Stop everything that ``bench_setup`` started; runs also after a failure."""


@hookspec(firstresult=True)
def bench_scaling(at: Scale) -> Terms:
    """State what the time of each phase, and the peak memory, is made of at one scale: for `bench advise`.

    The outer keys are inner phases of the measured hook, as `Trial.phase` and `Trial.ranks` name them,
    ``bench.scaling.REST`` for the other time, ``bench.scaling.MEMORY`` for the memory of all
    processes, and ``bench.scaling.LIMITS`` for ceilings (`bench.scaling.limit`). The inner keys are
    names for people, and the values how much there is of each, such as ``at.values``. `bench advise`
    fits what a unit of each costs, never less than nothing; beyond a ceiling it refuses. A phase that
    is not named, and a strategy without the hook, has the terms of ``bench.scaling.linear``. It is
    called outside of trials, and imports nothing.
    """
