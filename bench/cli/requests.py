"""The options that say which trials are wanted, and the request that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench import families
from bench.cli.models import INPUTS, PLACES, places
from bench.cli.options import Integers, Seconds, TaskName, setting_options
from bench.errors import UsageError
from bench.machine import limits
from bench.model import Storage
from bench.request import OWN_SETTINGS, Request
from bench.spark import conf

STRATEGIES = click.option(
    "--strategy",
    "strategies",
    multiple=True,
    metavar="NAME|GLOB",
    help="Strategies to run.  [default: all but lengthy ones]",
)
TASK = click.option(
    "--task",
    type=TaskName(),
    help="What is measured.  [default: train; for a named strategy that does not, what it does]",
)
LABEL = click.option(
    "--label", default="", metavar="COL", help="Column to predict, of a plain table.  [default: by its name]"
)
WORKERS = click.option(
    "--workers", type=Integers(), help="Workers of distributed strategies, such as 1,2.  [default: 2]"
)
CORES = click.option("--cores", type=click.IntRange(1), help="CPU cores for each trial.  [default: all]")
WAIT_QUIET = click.option(
    "--wait-quiet", "quiet_s", type=Seconds(), help="Wait until no other program uses the cores, so long."
)
RETRY_DISTURBED = click.option(
    "--retry-disturbed",
    "retries",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    envvar="BENCH_RETRY_DISTURBED",
    help="How often a trial that others disturbed is run again.",
)
ROW_BUDGET = click.option(
    "--row-budget", "budget_s", type=Seconds(), help="For row-by-row scoring, each trial.  [default: 60s]"
)
TIMEOUT = click.option(
    "--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each trial."
)
SEED = click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the trials and of their order.")
MASTER = click.option(
    "--master", metavar="URL", help="Spark master: local[N], spark://…, yarn, k8s://….  [default: local]"
)
SPARK_CONF = click.option(
    "--spark-conf", multiple=True, metavar="KEY=VALUE", help="Setting of Spark; may be given again."
)
SPARK_CONF_FILE = click.option(
    "--spark-conf-file", type=click.Path(exists=True, dir_okay=False, resolve_path=True), help="File with more of them."
)

# Options that say what is measured, and so mean nothing where nothing is.
MEASURING = (
    STRATEGIES,
    TASK,
    LABEL,
    WORKERS,
    CORES,
    *INPUTS,
    *PLACES,
    ROW_BUDGET,
    SEED,
    MASTER,
    SPARK_CONF,
    SPARK_CONF_FILE,
    RETRY_DISTURBED,
    TIMEOUT,
    WAIT_QUIET,
)


def measuring_options(command: Any) -> Any:
    """Give a verb the options that say what is measured, but for those of one run only."""
    command = setting_options(command)
    for option in reversed(MEASURING):
        command = option(command)
    return command


def check_row_budget(budget_s: float | None, timeout_s: float) -> None:
    """See that a trial could use its time for row-by-row scoring up.

    Args:
        budget_s: That time, in seconds; None where it was not given.
        timeout_s: Seconds for each trial.

    Raises:
        UsageError: It could not.
    """
    if budget_s and budget_s >= timeout_s:
        raise UsageError("--row-budget is no less than --timeout, so that no trial could use it up: raise --timeout.")


def request_from(wanted: dict[str, Any], storage: Storage) -> Request:
    """Return the request that options make.

    Args:
        wanted: The options that are fields of a request, by name; None where one was not given.
        storage: How to reach a store.

    Raises:
        UsageError: There are fewer cores, or a setting of Spark is none.
    """
    cores, workers = _cores(wanted)
    pairs = (*wanted["spark_conf"], *conf.event_log(wanted.get("spark_event_log")))
    settings = conf.resolved(conf.parse(pairs), Path.cwd())
    spark_conf = tuple(f"{key}={value}" for key, value in settings.items())
    wanted = {**wanted, **places(wanted, storage), "spark_conf": spark_conf, "spark_event_log": None}
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
