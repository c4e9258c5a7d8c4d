"""One call of ``bench run``: a plan, its records, its environment."""

from __future__ import annotations

import fnmatch
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import environment, networks, plugins, scrub
from bench.errors import ResultsError, UsageError
from bench.families import CONTROL
from bench.model import Dataset, Place, Storage, Strategy
from bench.plugins import Plugin
from bench.records.bucket import Bucket
from bench.records.directory import RunDirectory, read_run
from bench.records.header import RunHeader
from bench.request import PlannedTrial, Request, request_of
from bench.runs import plan
from bench.runs.changes import refuse_another, refuse_other_inputs
from bench.runs.selection import Selection, select
from bench.runs.takers import require_takers
from bench.spark import conf
from bench.stores.filesystem import from_environment
from bench.stores.models import ModelShelf
from bench.tasks import TASKS
from bench.trial import record, references

ANYWHERE = Storage()  # by the provider's own address


@dataclass(frozen=True)
class Campaign:
    """A run that is ready to begin.

    Attributes:
        directory: Directory of its results.
        trials: The trials to run, in order.
        environment: Fingerprint of the environment.
        bucket: The object store that gets its results, too, if there is one.
        models: The place for the models that are trained, if there is one.
    """

    directory: RunDirectory
    trials: list[PlannedTrial]
    environment: str
    bucket: Bucket | None = None
    models: ModelShelf | None = None


def make_plan(
    request: Request,
    dataset: Dataset,
    selection: Selection,
    *,
    to_run: bool = True,
    storage: Storage = ANYWHERE,
) -> list[PlannedTrial]:
    """Return the ordered trials of a request, after making the reference model that they need.

    Args:
        request: The request.
        dataset: The dataset.
        selection: Out of `select`.
        to_run: Whether the trials will run: a plan that is only printed needs no reference model.
        storage: How to reach the places that the request names, by the options, where they are URIs.

    Raises:
        UsageError: No selected strategy does the task; or the given model does not load or fit; or the file of the
            given network has a fault that shows without running it.
    """
    trials: list[PlannedTrial] = []
    write_to, shared = (
        Place(place, from_environment(place, storage)) if place else None
        for place in (request.predictions, request.shared)
    )
    network = networks.find(request.network, request.network_args) if request.network else None
    for task, taking_part in _by_task(request, selection.plugins).items():
        reference = None
        scores = to_run and TASKS[task].scores_given_model
        if scores and any(_scores_the_reference(strategy, dataset) for strategy in taking_part.values()):
            reference = references.ensure_for(request, dataset)
        trials += plan.make(replace(request, task=task), taking_part, dataset, reference, network, write_to, shared)
    require_takers(request, trials)
    return trials


def _by_task(request: Request, selected: dict[str, Plugin]) -> dict[str, dict[str, Strategy]]:
    """Return the strategies that take part in each task; the control takes part in all."""
    chosen = {name for name, plugin in selected.items() if request.task in plugin.tasks}
    tasks: dict[str, str] = dict.fromkeys(chosen, request.task)
    for pattern in request.strategies:
        if fnmatch.filter(chosen, pattern):
            continue
        if not request.other_tasks:
            raise UsageError(
                f"{pattern!r} does not take part in the task {request.task}: `bench list` shows what does."
            )
        tasks |= {name: selected[name].tasks[0] for name in fnmatch.filter(selected, pattern)}
    worked = {task for name, task in tasks.items() if name != CONTROL} or {request.task}
    return {
        task: {
            name: plugin.strategy
            for name, plugin in selected.items()
            if tasks.get(name) == task or (name == CONTROL and task in plugin.tasks)
        }
        for task in TASKS
        if task in worked
    }


def _scores_the_reference(strategy: Strategy, dataset: Dataset) -> bool:
    return strategy.scores == "reference" and plugins.why_not(strategy, dataset) is None


def start(
    request: Request,
    dataset: Dataset,
    selection: Selection,
    out: Path,
    command: list[str],
    models: ModelShelf | None = None,
    *,
    wanted: Callable[[PlannedTrial], bool] | None = None,
    sample_of: Mapping[str, Any] | None = None,
    storage: Storage = ANYWHERE,
) -> Campaign:
    """Make the directory of a new run.

    Args:
        request: The request.
        dataset: The dataset.
        selection: Out of `select`.
        out: Directory that holds the runs.
        command: The command line, for the record.
        models: The place for the models that are trained.
        wanted: Says of each trial whether it is a part of the run; all are if not given.
        sample_of: Facts of the table of which the dataset is a sample; None where it is the table.
        storage: How to reach the places that the request names, by the options, where they are URIs.

    Raises:
        ResultsError: The directory cannot be written.
    """
    planned_now = make_plan(request, dataset, selection, storage=storage)
    trials = [planned for planned in planned_now if wanted is None or wanted(planned)]
    now = datetime.now(UTC)
    directory = RunDirectory(out.absolute() / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    surroundings = _surroundings(request)
    header = RunHeader(
        run=directory.name,
        started_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=tuple(command),
        request=asdict(request),
        environment=surroundings,
        dataset=asdict(dataset),
        plan=tuple(record.describe(planned) for planned in trials),
        sample_of=sample_of,
    )
    directory.create(header.as_json())
    return Campaign(directory, trials, surroundings["fingerprint"], models=models)


def _surroundings(request: Request) -> dict[str, Any]:
    master = request.master or "local"
    given = conf.read(request.spark_conf_file) if request.spark_conf_file else {}
    settings = conf.shown({**given, **conf.parse(request.spark_conf)})
    if conf.is_local(master) and not settings:
        return environment.describe(cores=request.cores)
    return environment.describe(cores=request.cores, cluster={"master": master, "settings": settings})


def resume(path: Path, dataset_of: Callable[[str, Storage], Dataset], *, disturbed: bool = True) -> Campaign:
    """Return the rest of an earlier run: the trials without an ``ok`` record, and those that others disturbed.

    Args:
        path: The run's directory.
        dataset_of: Opens a dataset, given its path and its storage.
        disturbed: Whether trials that others disturbed belong to the rest.

    Raises:
        ResultsError: There is no such run, or the dataset, model or environment has changed since.
    """
    earlier = read_run(path)
    request = request_of(earlier.run["request"], path.name)
    places = request.master, request.model, request.save_model, request.predictions, request.shared
    for place in (*places, earlier.run["dataset"]["path"], *request.spark_conf):
        if scrub.lost(place):
            raise ResultsError(f"{place} had credentials in it, which no record keeps: start a new run.")
    described = earlier.run["dataset"]
    dataset = dataset_of(described["path"], Storage(**described.get("storage", {})))
    if dataset.fingerprint != earlier.run["dataset"]["fingerprint"]:
        raise ResultsError(f"The dataset {dataset.name!r} is not what it was when {path.name} began: start a new run.")
    surroundings = _surroundings(request)
    refuse_another(earlier.run["environment"], surroundings, path.name)
    planned_now = make_plan(request, dataset, select(request).on(dataset.rows))
    refuse_other_inputs(earlier.run["plan"], map(record.describe, planned_now), path.name)
    trials = plan.rest(planned_now, earlier.records, disturbed=disturbed)
    models = request.save_model and ModelShelf(request.save_model, from_environment(request.save_model, Storage()))
    return Campaign(RunDirectory(path.absolute()), trials, surroundings["fingerprint"], models=models or None)
