"""The verb `bench run`: from options to an exit code."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bench.cli.execute import RunTimes, execute, print_plan
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
from bench.cli.resume import resume_run
from bench.cli.suites import suite_option
from bench.cli.surroundings import require_utf8
from bench.datasets.store import DEFAULT
from bench.machine.others import Look
from bench.model import Storage
from bench.prices.tariff import Tariff
from bench.records.bucket import Bucket, make_local_directory
from bench.runs import campaign as campaigns
from bench.runs.selection import select
from bench.stores.filesystem import from_environment, is_uri, normal
from bench.stores.models import ModelShelf


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
        sys.exit(resume_run(resume, out, storage, times, dry_run=dry_run, as_json=as_json))
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
        sys.exit(print_plan(campaigns.make_plan(request, dataset, selection, to_run=False)))
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
