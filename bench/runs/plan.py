"""Turns a request into the ordered list of trials; pure, so that ``--dry-run`` can print it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from bench.errors import UsageError
from bench.families import CONTROL, family_of
from bench.families.mlp import BATCH_SIZE
from bench.model import Dataset, Network, Place, Reference, Strategy, Trial
from bench.records.choice import chosen_records, is_settled, trial_key
from bench.records.directory import Record
from bench.request import OWN_SETTINGS, PlannedTrial, Request
from bench.spark import conf
from bench.tasks import TASKS
from bench.trial.record import describe


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
    request: Request,
    strategies: dict[str, Strategy],
    dataset: Dataset,
    reference: Reference | None = None,
    network: Network | None = None,
    write_to: Place | None = None,
    shared: Place | None = None,
) -> list[PlannedTrial]:
    """Return the trials in the order of their runs.

    Each repeat is a block with all cases, in a fresh random order that the seed determines: on a machine whose
    speed wanders, the order matters more than the test that is applied afterwards.

    Args:
        request: The request.
        strategies: The facts about each selected strategy, by name.
        dataset: The dataset.
        reference: The model for strategies that do not score with their own.
        network: The network for strategies that train one that they are given.
        write_to: The place for predictions of tasks that leave them.
        shared: The place for files of tasks that hand rows over.

    Raises:
        UsageError: The settings do not fit the dataset.
    """
    cases = [
        (name, workers, batch_size)
        for name, strategy in strategies.items()
        for workers in _workers(strategy, request.workers)
        for batch_size in _batch_sizes(strategy, request.batch_size)
    ]
    order = random.Random(request.seed)  # noqa: S311 - no secret is made here
    plan = []
    for repeat in range(request.repeat):
        block = order.sample(cases, len(cases))
        plan += [
            _planned(
                request,
                name,
                strategies[name],
                workers,
                batch_size,
                repeat,
                dataset,
                reference,
                network,
                write_to,
                shared,
            )
            for name, workers, batch_size in block
        ]
    return plan


def rest(planned: Iterable[PlannedTrial], records: Iterable[Record], *, disturbed: bool = True) -> list[PlannedTrial]:
    """Return the trials of a plan that are to be run yet, in its order.

    Args:
        planned: The plan.
        records: What was run of it, all of one run.
        disturbed: Whether trials that others disturbed are to be run again.
    """
    chosen = chosen_records(records)
    done = {trial_key(record["trial"]) for record in chosen if is_settled(record, disturbed=disturbed)}
    return [one for one in planned if trial_key(describe(one)) not in done]


def _workers(strategy: Strategy, asked: tuple[int, ...]) -> tuple[int, ...]:
    return asked if strategy.distributed else (1,)


def _threads(request: Request, strategy: Strategy, workers: int) -> int:
    """Return the threads of each worker: workers share the cores of one machine, and on a cluster each brings its own.

    There the cores are those of the largest number of workers: fewer workers are fewer hosts of the same kind.
    """
    if strategy.distributed and request.master and not conf.is_local(request.master):
        workers = max(request.workers)
    return max(1, request.cores // workers)


def _batch_sizes(strategy: Strategy, asked: tuple[int, ...]) -> tuple[int, ...]:
    """Return the batch sizes that make cases: the first where they mean nothing, all for the control of each group."""
    family = family_of(strategy.family)
    return asked if BATCH_SIZE in family.settings or not family.works else asked[:1]


def _planned(
    request: Request,
    name: str,
    strategy: Strategy,
    workers: int,
    batch_size: int,
    repeat: int,
    dataset: Dataset,
    reference: Reference | None,
    network: Network | None,
    write_to: Place | None,
    shared: Place | None,
) -> PlannedTrial:
    task, family = TASKS[request.task], family_of(strategy.family)
    if not task.scores_given_model or strategy.scores == "own":
        reference = None
    trial = Trial(
        strategy=name,
        task=task.name,
        dataset=dataset,
        splits_to_score=task.splits_to_score,
        workers=workers,
        cores=request.cores,
        threads_per_worker=_threads(request, strategy, workers),
        repeat=repeat,
        seed=request.seed,
        epochs=request.epochs,
        batch_size=batch_size,
        sparse_as_dense=request.sparse_as_dense,
        trees=request.trees,
        depth=request.depth,
        bins=request.bins,
        clusters=request.clusters,
        iterations=request.iterations,
        step_ms=request.step_ms,
        frame=request.frame,
        settings={one.name: request.setting(one.name) for one in family.settings if one.name not in OWN_SETTINGS},
        learning_rate=family.learning_rate,
        budget_s=request.budget_s,
        master=request.master or f"local[{max(request.cores, workers)}]",
        spark_conf=request.spark_conf,
        spark_conf_file=request.spark_conf_file,
        scratch=Path(),
        model=reference.model if reference else None,
        network=network if strategy.networks and task.about_a_model else None,
        write_to=write_to if task.writes else None,
        shared=shared if task.hands_over else None,
    )
    task.check(trial)
    return PlannedTrial(trial, strategy, reference)
