"""The verb `bench run`: from options to an exit code."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from bench.cli.execute import RunTimes, execute
from bench.cli.making import open_for_task
from bench.cli.models import model_options
from bench.cli.options import PRICE, Seconds, setting_options, storage_options
from bench.cli.requests import (
    CORES,
    LABEL,
    MASTER,
    RETRY_DISTURBED,
    ROW_BUDGET,
    SEED,
    SPARK_CONF,
    SPARK_CONF_FILE,
    STRATEGIES,
    TASK,
    TIMEOUT,
    WAIT_QUIET,
    WORKERS,
    check_row_budget,
    request_from,
)
from bench.cli.suites import suite_option
from bench.cli.surroundings import require_utf8
from bench.datasets import open_dataset
from bench.datasets.store import DEFAULT
from bench.errors import ResultsError, UsageError
from bench.machine.others import Look
from bench.model import Storage
from bench.prices.tariff import Tariff
from bench.records.bucket import Bucket, make_local_directory, split
from bench.records.directory import RunDirectory
from bench.request import PlannedTrial
from bench.runs import campaign as campaigns
from bench.runs.selection import select
from bench.stores.filesystem import from_environment, is_uri, normal
from bench.stores.models import ModelShelf

# Options that say how and where, by their names in Python.
_BESIDE_RESUME = {
    *("resume", "suite", "out", "endpoint", "region", "anonymous", "price", "dry_run", "as_json"),
    *("timeout_s", "whole_s", "quiet_s", "retries"),
}


@click.command()
@suite_option
@storage_options
@STRATEGIES
@TASK
@click.option(
    "--data",
    "data_name",
    metavar="NAME|PATH|URI",
    help="Dataset or table.  [default: flights; for pipelines flights-raw]",
)
@LABEL
@click.option(
    "--features",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Python file of features, for pipelines on raw tables of your own.",
)
@WORKERS
@CORES
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="How often each case runs.")
@model_options
@ROW_BUDGET
@click.option(
    "--budget", "whole_s", type=Seconds(), help="For the whole run: no trial begins after it.  [default: no limit]"
)
@WAIT_QUIET
@RETRY_DISTURBED
@TIMEOUT
@setting_options
@SEED
@MASTER
@SPARK_CONF
@SPARK_CONF_FILE
@click.option("--spark-event-log", metavar="DIR|URI", help="Keep Spark's event logs there, for its history server.")
@click.option(
    "--resume",
    metavar="RUN",
    help="Run what has no ok record in RUN, a directory, a URI or a name in --out, and what others disturbed.",
)
@click.option("--out", default="results", show_default=True, help="Directory or URI that holds runs.")
@PRICE
@click.option(
    "--dry-run", is_flag=True, help="Print the plan and run nothing; a dataset that comes with bench is made."
)
@click.option("--json", "as_json", is_flag=True, help="Print records only, a line each.")
def run(
    *,
    data_name: str | None,
    label: str,
    features: Path | None,
    storage: Storage,
    timeout_s: float,
    whole_s: float | None,
    quiet_s: float | None,
    retries: int,
    resume: str | None,
    out: str,
    price: Tariff | None,
    dry_run: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Run strategies on a dataset, print a table and keep the records."""
    look = Look() if retries or quiet_s else None
    times = RunTimes(
        timeout_s, time.monotonic() + whole_s if whole_s else math.inf, quiet_s or 0.0, retries, look, price
    )
    if resume:
        _refuse_beside_resume(click.get_current_context())
        resume = _find_run(resume, out)
    if resume and is_uri(resume):
        sys.exit(_resume_remote(resume, from_environment(resume, storage), times, dry_run, as_json))
    if resume:
        sys.exit(_resume_local(Path(resume), times, dry_run, as_json))
    check_row_budget(wanted["budget_s"], timeout_s)
    request = request_from(wanted, storage)
    saved = request.save_model
    models = ModelShelf(saved, from_environment(saved, storage)) if saved else None
    selection = select(request)
    data_name = data_name or selection.default_data(request.task) or DEFAULT
    dataset = open_for_task(request.task, data_name, from_environment(data_name, storage), label, features)
    selection = selection.on(dataset.rows)
    for name, reason in selection.left_out.items():
        click.echo(f"{name} is left out, since {reason}: `--strategy '*'` runs all.", err=True)
    require_utf8(dataset.path, tempfile.gettempdir())
    if dry_run:
        sys.exit(_print_plan(campaigns.make_plan(request, dataset, selection, to_run=False)))
    command = ["bench", *sys.argv[1:]]
    if not is_uri(out):
        campaign = campaigns.start(request, dataset, selection, Path(normal(out)), command, models, storage=storage)
        with campaign.directory.held():
            code = execute(campaign, times, as_json)
        sys.exit(code)
    with make_local_directory() as directory:
        bucket = Bucket(out, from_environment(out, storage))
        campaign = campaigns.start(request, dataset, selection, directory, command, models, storage=storage)
        campaign = replace(campaign, bucket=bucket)
        bucket.begin(campaign.directory)
        code = execute(campaign, times, as_json)
    sys.exit(code)


def _refuse_beside_resume(ctx: click.Context) -> None:
    """Refuse options that say what is run: a run goes on as it began."""
    for option in ctx.command.params:
        given = option.name and ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
        if given and option.name not in _BESIDE_RESUME:
            raise UsageError(
                f"{option.opts[0]} is not for --resume, which goes on with a run as it began: leave it out."
            )


def _resume_local(path: Path, times: RunTimes, dry_run: bool, as_json: bool) -> int:
    # Held before the records are read, which say what is left to do.
    with nullcontext() if dry_run else RunDirectory(path).held():
        rest = campaigns.resume(path, open_dataset, disturbed=times.retries > 0)
        return _go_on(rest, times, dry_run, as_json)


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
