"""Turns a request into the ordered list of trials; pure, so that ``--dry-run`` can print it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from bench.errors import UsageError
from bench.families.control import CONTROL
from bench.model import Dataset, Reference, Strategy, Trial
from bench.request import Planned, Request

LEARNING_RATES = {"mlp": 1e-3, "gbt": 0.2}


def select(names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """Return the names that match any pattern, and the control, in the order of ``names``.

    Args:
        names: All names.
        patterns: Names or shell-style patterns; none means all.

    Raises:
        UsageError: A pattern matches nothing.
    """
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UsageError(f"No strategy is called {pattern!r}: `bench list` shows all that there are.")
    wanted = (*(patterns or ("*",)), CONTROL)
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted)]


def make(
    request: Request, strategies: dict[str, Strategy], dataset: Dataset, reference: Reference | None = None
) -> list[Planned]:
    """Return the trials in the order in which they are to run.

    Each repeat is a block with all cases, in a fresh random order that the seed determines: on a machine whose
    speed wanders, the order matters more than the test that is applied afterwards.

    Args:
        request: What was asked for.
        strategies: The facts about each selected strategy, by name.
        dataset: The dataset.
        reference: What strategies score with that do not score with a model of their own.
    """
    cases = [
        (name, workers) for name, strategy in strategies.items() for workers in _workers(strategy, request.workers)
    ]
    order = random.Random(request.seed)  # noqa: S311 - no secret is made here
    plan = []
    for repeat in range(request.repeat):
        block = order.sample(cases, len(cases))
        plan += [
            _planned(request, name, strategies[name], workers, repeat, dataset, reference) for name, workers in block
        ]
    return plan


def _workers(strategy: Strategy, asked: tuple[int, ...]) -> tuple[int, ...]:
    return asked if strategy.distributed else (1,)


def _planned(
    request: Request,
    name: str,
    strategy: Strategy,
    workers: int,
    repeat: int,
    dataset: Dataset,
    reference: Reference | None,
) -> Planned:
    if request.task == "train" or strategy.scores == "own":
        reference = None
    trial = Trial(
        strategy=name,
        task=request.task,
        dataset=dataset,
        splits_to_score=("test",) if request.task == "train" else ("train", "test"),
        workers=workers,
        cores=request.cores,
        threads_per_worker=max(1, request.cores // workers),
        repeat=repeat,
        seed=request.seed,
        epochs=request.epochs,
        batch_size=request.batch_size,
        trees=request.trees,
        depth=request.depth,
        bins=request.bins,
        learning_rate=LEARNING_RATES.get(strategy.family, 0.0),
        budget_s=request.budget_s,
        master=request.master or f"local[{max(request.cores, workers)}]",
        spark_conf=request.spark_conf,
        spark_conf_file=request.spark_conf_file,
        scratch=Path(),
        model=reference.model if reference else None,
    )
    return Planned(trial, strategy, reference)
