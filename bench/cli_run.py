"""The verb ``bench run``: from options to an exit code."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import limits, run
from bench.datasets import ensure, open_dataset
from bench.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_NOTHING_RAN, UsageError
from bench.model import Storage
from bench.plan import Planned, Request
from bench.progress import Progress
from bench.report.text import print_run
from bench.results import Record, read_run
from bench.runner import Interrupted
from bench.summary import CONTROL_FAMILY


def run_verb(
    *,
    data_name: str,
    storage: Storage,
    timeout_s: float,
    resume: Path | None,
    out: Path,
    dry_run: bool,
    as_json: bool,
    **wanted: Any,
) -> int:
    """Carry out ``bench run`` and return its exit code.

    Args:
        data_name: Name, path or URI of the dataset.
        storage: How to reach it, if it is a URI.
        timeout_s: Seconds that each trial may take.
        resume: Directory of the run to go on with.
        out: Directory that holds runs.
        dry_run: Whether to print the plan only.
        as_json: Whether to print records only.
        wanted: Fields of a `Request`; ``None`` means its default.
    """
    if resume:
        campaign = run.resume(resume, open_dataset)
    else:
        request = _request(wanted)
        dataset = ensure(data_name, storage)
        if dry_run:
            return _print_plan(run.make_plan(request, dataset, to_run=False))
        campaign = run.start(request, dataset, out, ["bench", *sys.argv[1:]])
    if dry_run:
        return _print_plan(campaign.trials)
    return _execute(campaign, timeout_s, as_json)


def _request(wanted: dict[str, Any]) -> Request:
    available = limits.cores_available()
    cores = wanted["cores"] or available
    if cores > available:
        raise UsageError(f"--cores {cores} is more than the {available} that this process may use: ask for fewer.")
    defaults = {"cores": cores, "workers": (min(2, cores),)}
    given = {field.name: wanted.get(field.name) for field in fields(Request)}
    return Request(**{**defaults, **{name: value for name, value in given.items() if value is not None}})


def _print_plan(trials: list[Planned]) -> int:
    for number, planned in enumerate(trials, 1):
        trial = planned.trial
        click.echo(
            f"{number:3}  {trial.strategy}  {trial.task}  "
            f"workers {trial.workers} x {trial.threads_per_worker} threads  cores {trial.cores}  repeat {trial.repeat}"
        )
    return 0


def _execute(campaign: run.Campaign, timeout_s: float, as_json: bool) -> int:
    records: list[Record] = []
    try:
        with Progress(Console(stderr=True, quiet=as_json, highlight=False), len(campaign.trials)) as progress:
            for record in run.execute(campaign, timeout_s, progress):
                records.append(record)
                if as_json:
                    click.echo(json.dumps(record))
    except Interrupted as interrupt:
        if as_json:
            click.echo(json.dumps(interrupt.record))
        click.echo(f"Interrupted: go on with `bench run --resume {campaign.directory.path}`.", err=True)
        return EXIT_INTERRUPTED
    if not as_json:
        print_run(read_run(campaign.directory.path), Console(highlight=False))
        click.echo(f"Records and logs: {campaign.directory.path}")
    return exit_code(records)


def exit_code(records: list[Record]) -> int:
    """Return the exit code that the records of a run call for; the control does not count as work.

    Args:
        records: The records.
    """
    if any(record["status"] not in ("ok", "skipped") for record in records):
        return EXIT_FAILED
    work = [record for record in records if record["trial"]["family"] != CONTROL_FAMILY]
    if work and all(record["status"] == "skipped" for record in work):
        click.echo("Error: nothing could run here: install what the reasons above name.", err=True)
        return EXIT_NOTHING_RAN
    return 0
