"""The verb `bench run`: from options to an exit code."""

from __future__ import annotations

import functools
import math
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bench import families
from bench.cli.execute import RunTimes, execute
from bench.cli.models import model_options, places
from bench.cli.options import Integers, Seconds, TaskName, setting_options, storage_options
from bench.cli.surroundings import require_utf8
from bench.datasets import ensure, open_dataset
from bench.errors import ResultsError, UsageError
from bench.machine import limits
from bench.machine.others import Look
from bench.model import Storage
from bench.records.bucket import Bucket, make_local_directory, split
from bench.request import OWN_SETTINGS, PlannedTrial, Request
from bench.runs import campaign as campaigns
from bench.spark import conf
from bench.stores.filesystem import from_environment, is_uri, normal
from bench.stores.models import ModelShelf


@click.command()
@storage_options
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    metavar="NAME|GLOB",
    help="Strategies to run.  [default: all but lengthy ones]",
)
@click.option(
    "--task",
    type=TaskName(),
    help="What is measured.  [default: train; for a named strategy that does not, what it does]",
)
@click.option("--data", "data_name", default="flights", show_default=True, help="Dataset or table: name, path or URI.")
@click.option("--label", default="", metavar="COL", help="Column to predict, of a plain table.  [default: by its name]")
@click.option("--workers", type=Integers(), help="Workers of distributed strategies, such as 1,2.  [default: 2]")
@click.option("--cores", type=click.IntRange(1), help="CPU cores for each trial.  [default: all]")
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="How often each case runs.")
@model_options
@click.option("--row-budget", "budget_s", type=Seconds(), help="For row-by-row scoring, each trial.  [default: 60s]")
@click.option(
    "--budget", "whole_s", type=Seconds(), help="For the whole run: no trial begins after it.  [default: no limit]"
)
@click.option("--wait-quiet", "quiet_s", type=Seconds(), help="Wait until no other program uses the cores, so long.")
@click.option(
    "--retry-disturbed",
    "retries",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    envvar="BENCH_RETRY_DISTURBED",
    help="How often a trial that others disturbed is run again.",
)
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each trial.")
@setting_options
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the trials and of their order.")
@click.option("--master", metavar="URL", help="Spark master: local[N], spark://…, yarn, k8s://….  [default: local]")
@click.option("--spark-conf", multiple=True, metavar="KEY=VALUE", help="Setting of Spark; may be given again.")
@click.option(
    "--spark-conf-file", type=click.Path(exists=True, dir_okay=False, resolve_path=True), help="File with more of them."
)
@click.option(
    "--resume",
    metavar="RUN",
    help="Run what has no ok record in RUN, a directory, a URI or a name in --out, and what others disturbed.",
)
@click.option("--out", default="results", show_default=True, help="Directory or URI that holds runs.")
@click.option("--dry-run", is_flag=True, help="Print the plan and run nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print records only, a line each.")
def run(
    *,
    data_name: str,
    label: str,
    storage: Storage,
    timeout_s: float,
    whole_s: float | None,
    quiet_s: float | None,
    retries: int,
    resume: str | None,
    out: str,
    dry_run: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Run strategies on a dataset, print a table and keep the records."""
    look = Look() if retries or quiet_s else None
    times = RunTimes(timeout_s, time.monotonic() + whole_s if whole_s else math.inf, quiet_s or 0.0, retries, look)
    resume = resume and _find_run(resume, out)
    if resume and is_uri(resume):
        sys.exit(_resume_remote(resume, from_environment(resume, storage), times, dry_run, as_json))
    if resume:
        campaign = campaigns.resume(Path(resume), open_dataset, disturbed=retries > 0)
        sys.exit(_go_on(campaign, times, dry_run, as_json))
    if wanted["budget_s"] and wanted["budget_s"] >= timeout_s:
        raise UsageError("--row-budget is no less than --timeout, so that no trial could use it up: raise --timeout.")
    request = _request(wanted, storage)
    saved = request.save_model
    models = ModelShelf(saved, from_environment(saved, storage)) if saved else None
    selection = campaigns.select(request)
    for name, reason in selection.left_out.items():
        click.echo(f"{name} is left out, since {reason}: `--strategy '*'` runs all.", err=True)
    dataset = ensure(data_name, from_environment(data_name, storage), label, functools.partial(click.echo, err=True))
    require_utf8(dataset.path, tempfile.gettempdir())
    if dry_run:
        sys.exit(_print_plan(campaigns.make_plan(request, dataset, selection, to_run=False)))
    command = ["bench", *sys.argv[1:]]
    if not is_uri(out):
        campaign = campaigns.start(request, dataset, selection, Path(normal(out)), command, models)
        sys.exit(execute(campaign, times, as_json))
    with make_local_directory() as directory:
        bucket = Bucket(out, from_environment(out, storage))
        campaign = replace(campaigns.start(request, dataset, selection, directory, command, models), bucket=bucket)
        bucket.begin(campaign.directory)
        code = execute(campaign, times, as_json)
    sys.exit(code)


def _resume_remote(uri: str, storage: Storage, times: RunTimes, dry_run: bool, as_json: bool) -> int:
    prefix, name = split(uri)
    bucket = Bucket(prefix, storage)
    with make_local_directory() as directory:
        rest = campaigns.resume(bucket.fetch(name, directory), open_dataset, disturbed=times.retries > 0)
        campaign = replace(rest, bucket=bucket)
        return _go_on(campaign, times, dry_run, as_json)


def _find_run(named: str, out: str) -> str:
    """Return the directory or URI of a run; a name without a directory is looked up in ``out``, too.

    Raises:
        ResultsError: There is none of that name, neither here nor there.
    """
    if is_uri(named) or Path(named).exists() or Path(named).name != named:
        return named
    if is_uri(out):
        return f"{normal(out)}/{named}"
    inside = Path(normal(out), named)
    if not inside.exists():
        raise ResultsError(
            f"{named} holds no run, and there is none of that name in {out}: give its directory or URI, or with --out "
            "where it lies."
        )
    return str(inside)


def _go_on(campaign: campaigns.Campaign, times: RunTimes, dry_run: bool, as_json: bool) -> int:
    """Run the rest of a run, or print it; return the exit code."""
    if dry_run:
        return _print_plan(campaign.trials)
    if not campaign.trials and not as_json:
        more = "" if times.retries else "; `--retry-disturbed 1` runs again what others disturbed, if anything"
        click.echo(f"Nothing is left to run{more}.", err=True)
    return execute(campaign, times, as_json)


def _request(wanted: dict[str, Any], storage: Storage) -> Request:
    cores, workers = _cores(wanted)
    settings = conf.resolved(conf.parse(wanted["spark_conf"]), Path.cwd())
    spark_conf = tuple(f"{key}={value}" for key, value in settings.items())
    wanted = {**wanted, **places(wanted, storage), "spark_conf": spark_conf}
    if wanted["spark_conf_file"]:
        conf.read(wanted["spark_conf_file"])
    defaults = {"cores": cores, "workers": workers, "other_tasks": wanted["task"] is None}
    given = {name: value for name, value in wanted.items() if value is not None}
    known = families.settings()
    brought = {name: given.pop(name) for name in known.keys() - OWN_SETTINGS if name in given}
    # Without those that are the default, so that a run is like another from before the package was installed.
    brought = {name: value for name, value in brought.items() if value != known[name].default}
    return Request(**{**defaults, **given, "settings": brought})


def _cores(wanted: dict[str, Any]) -> tuple[int, tuple[int, ...]]:
    """Return the cores of each trial, and the default workers."""
    if wanted["master"] and not conf.is_local(wanted["master"]):
        # A cluster has other cores than this machine: one for each worker by default.
        workers = wanted["workers"] or (2,)
        return wanted["cores"] or max(workers), workers
    available = limits.cores_available()
    cores = wanted["cores"] or available
    if cores > available:
        raise UsageError(f"--cores {cores} is more than the {available} that this process may use: ask for fewer.")
    return cores, (min(2, cores),)


def _print_plan(trials: list[PlannedTrial]) -> int:
    several = len({planned.trial.batch_size for planned in trials}) > 1
    for number, planned in enumerate(trials, 1):
        trial = planned.trial
        batch = f"batch {trial.batch_size}  " if several else ""
        click.echo(
            f"{number:3}  {trial.strategy}  {trial.task}  "
            f"workers {trial.workers} x {trial.threads_per_worker} threads  {batch}cores {trial.cores}  "
            f"repeat {trial.repeat}"
        )
    return 0
