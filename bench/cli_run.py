"""The verb ``bench run``: from options to an exit code."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import limits, run, sparkconf
from bench.bucket import Bucket, beside, split
from bench.cli_report import write as write_report
from bench.datasets import ensure, open_dataset
from bench.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_NOTHING_RAN, UsageError
from bench.model import Storage
from bench.plan import Planned, Request
from bench.progress import Progress
from bench.report.text import print_run
from bench.results import Record, read_run
from bench.runner import Interrupted
from bench.storage import from_environment, is_uri, normal
from bench.summary import CONTROL_FAMILY


def run_verb(
    *,
    data_name: str,
    storage: Storage,
    timeout_s: float,
    resume: str | None,
    out: str,
    dry_run: bool,
    as_json: bool,
    **wanted: Any,
) -> int:
    """Carry out ``bench run`` and return its exit code.

    Args:
        data_name: Name, path or URI of the dataset.
        storage: How to reach what is named by a URI, as far as the options say.
        timeout_s: Seconds that each trial may take.
        resume: Directory or URI of the run to go on with.
        out: Directory or URI that holds runs.
        dry_run: Whether to print the plan only.
        as_json: Whether to print records only.
        wanted: Fields of a `Request`; ``None`` means its default.
    """
    if resume and is_uri(resume):
        return _resume_remote(resume, from_environment(resume, storage), timeout_s, dry_run, as_json)
    if resume:
        campaign = run.resume(Path(resume), open_dataset)
        return _print_plan(campaign.trials) if dry_run else _execute(campaign, timeout_s, as_json)
    if wanted["budget_s"] and wanted["budget_s"] >= timeout_s:
        raise UsageError("--budget is no less than --timeout, so that no trial could use it up: raise --timeout.")
    request = _request(wanted)
    dataset = ensure(data_name, from_environment(data_name, storage))
    if dry_run:
        return _print_plan(run.make_plan(request, dataset, to_run=False))
    command = ["bench", *sys.argv[1:]]
    if not is_uri(out):
        return _execute(run.start(request, dataset, Path(normal(out)), command), timeout_s, as_json)
    with beside() as directory:
        bucket = Bucket(out, from_environment(out, storage))
        campaign = replace(run.start(request, dataset, directory, command), bucket=bucket)
        bucket.begin(campaign.directory)
        return _execute(campaign, timeout_s, as_json)


def _resume_remote(uri: str, storage: Storage, timeout_s: float, dry_run: bool, as_json: bool) -> int:
    prefix, name = split(uri)
    bucket = Bucket(prefix, storage)
    with beside() as directory:
        campaign = replace(run.resume(bucket.fetch(name, directory), open_dataset), bucket=bucket)
        return _print_plan(campaign.trials) if dry_run else _execute(campaign, timeout_s, as_json)


def _request(wanted: dict[str, Any]) -> Request:
    cores, workers = _cores(wanted)
    settings = sparkconf.resolved(sparkconf.parse(wanted["spark_conf"]), Path.cwd())
    wanted = {**wanted, "spark_conf": tuple(f"{key}={value}" for key, value in settings.items())}
    if wanted["spark_conf_file"]:
        sparkconf.read(wanted["spark_conf_file"])
    defaults = {"cores": cores, "workers": workers, "other_tasks": wanted["task"] is None}
    given = {field.name: wanted.get(field.name) for field in fields(Request)}
    return Request(**{**defaults, **{name: value for name, value in given.items() if value is not None}})


def _cores(wanted: dict[str, Any]) -> tuple[int, tuple[int, ...]]:
    """Return the cores of each trial, and the workers where none are asked for."""
    if wanted["master"] and not sparkconf.is_local(wanted["master"]):
        # This machine's cores say nothing about a cluster's: one for each worker, if nothing else is said.
        workers = wanted["workers"] or (2,)
        return wanted["cores"] or max(workers), workers
    available = limits.cores_available()
    cores = wanted["cores"] or available
    if cores > available:
        raise UsageError(f"--cores {cores} is more than the {available} that this process may use: ask for fewer.")
    return cores, (min(2, cores),)


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
        options = campaign.bucket.options if campaign.bucket else ""
        click.echo(f"Interrupted: go on with `bench run --resume {_place(campaign)}{options}`.", err=True)
        return EXIT_INTERRUPTED
    done = read_run(campaign.directory.path)
    report = campaign.directory.path / "report.html"
    write_report([done], report)
    if not as_json:
        print_run(done, Console(highlight=False))
    if campaign.bucket:
        # After the table, which a store that fails by now is not to take along.
        campaign.bucket.finish(campaign.directory, report)
    if not as_json:
        click.echo(f"Records and logs: {_place(campaign)}")
        click.echo(f"Report: {_place(campaign)}/{report.name}")
    return exit_code(records)


def _place(campaign: run.Campaign) -> str:
    if campaign.bucket:
        return f"{campaign.bucket.uri}/{campaign.directory.name}"
    return str(campaign.directory.path)


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
