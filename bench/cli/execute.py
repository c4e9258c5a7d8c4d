"""Executes a run for the command line: says who uses the machine, shows the trials, and gives the exit code."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import click
from rich.console import Console

from bench.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_NOTHING_RAN
from bench.families import family_of
from bench.machine.others import Look
from bench.prices.tariff import Tariff
from bench.records.choice import chosen_records, trial_key
from bench.records.costs import priced
from bench.records.directory import Record, read_run
from bench.records.disturbance import FOREIGN_SHARE
from bench.records.export import marked
from bench.report.text import print_run
from bench.report.write import write as write_report
from bench.request import PlannedTrial
from bench.runs import execution
from bench.runs.campaign import Campaign
from bench.runs.progress import Progress
from bench.trial.record import describe
from bench.trial.runner import TrialInterrupt

PAUSE_S = 5.0  # between two looks at a machine that is not quiet


@dataclass(frozen=True)
class RunTimes:
    """The times that a run may take, and their price.

    Attributes:
        timeout_s: Seconds for each trial.
        deadline: Moment after which no trial begins, seconds of ``CLOCK_MONOTONIC``.
        quiet_s: Seconds to wait for a quiet machine.
        retries: How often a disturbed trial is run again.
        look: A look at the machine that has begun; None for taking it as it is.
        tariff: What the trials cost; None for saying nothing of it.
    """

    timeout_s: float
    deadline: float
    quiet_s: float
    retries: int
    look: Look | None
    tariff: Tariff | None = None


def execute(campaign: Campaign, times: RunTimes, as_json: bool) -> int:
    """Run the trials of a campaign, print its table and write its report.

    Args:
        campaign: The campaign.
        times: The times that it may take.
        as_json: Whether to print records only, a line each.

    Returns:
        The exit code.
    """
    records: list[Record] = []
    try:
        if campaign.trials:
            look_at_the_machine(times, quiet=as_json)
        with Progress(Console(stderr=True, quiet=as_json, highlight=False), len(campaign.trials)) as progress:
            for record in execution.execute(campaign, times.timeout_s, progress, times.retries, times.deadline):
                records.append(record)
                if as_json:
                    click.echo(json.dumps(marked(record)))
    except KeyboardInterrupt as interrupt:  # also while it waits for quiet, or between two trials
        if as_json and isinstance(interrupt, TrialInterrupt):
            click.echo(json.dumps(marked(interrupt.record)))
        click.echo(f"Interrupted: go on with {_resume_command(campaign)}.", err=True)
        return EXIT_INTERRUPTED
    done = priced(read_run(campaign.directory.path), times.tariff)
    if not as_json:  # first, so that a report that cannot be drawn or a store that fails does not suppress it
        print_run(done, Console(highlight=False), _run_for_resume(campaign))
        if not campaign.bucket:
            click.echo(f"Records and logs: {_place(campaign)}")
    report = campaign.directory.path / "report.html"
    write_report([done], report)
    if campaign.bucket:
        campaign.bucket.finish(campaign.directory, report)
        if not as_json:
            click.echo(f"Records and logs: {_place(campaign)}")
    if not as_json:
        click.echo(f"Report: {_place(campaign)}/{report.name}")
    return exit_code(records) or _check_begun(campaign, records)


def print_plan(trials: list[PlannedTrial]) -> int:
    """Print trials, a line each, and return exit code 0.

    Args:
        trials: The trials.
    """
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


def look_at_the_machine(times: RunTimes, *, quiet: bool) -> None:
    """Say who else uses the cores, and wait until nobody does, as far as that was asked for.

    Args:
        times: The times that the run may take.
        quiet: Whether to say nothing.
    """
    until = time.monotonic() + times.quiet_s
    users = times.look.users() if times.look else None
    while users and users.cores > FOREIGN_SHARE:
        waits = time.monotonic() < min(until, times.deadline)
        if not quiet:
            treatment = "run again" if times.retries else "marked"
            then = f", which spoils times: trials that it disturbs are {treatment}."
            click.echo(f"{users}{': waiting for quiet.' if waits else then}", err=True)
        if not waits:
            return
        time.sleep(PAUSE_S)
        users = Look().users()


def _check_begun(campaign: Campaign, records: list[Record]) -> int:
    """Return the exit code of a run whose trials were as good as they are, and say where some did not begin."""
    begun = {trial_key(record["trial"]) for record in records}
    left = sum(trial_key(describe(planned)) not in begun for planned in campaign.trials)
    if not left:
        return 0
    click.echo(
        f"--budget ended before {left} of {len(campaign.trials)} trials began: go on with {_resume_command(campaign)}.",
        err=True,
    )
    return EXIT_FAILED


def _resume_command(campaign: Campaign) -> str:
    return f"`bench run --resume {_run_for_resume(campaign)}`"


def _run_for_resume(campaign: Campaign) -> str:
    """Return the value of `--resume` that goes on with a run, and the options by which its store is reached."""
    return f"{_place(campaign)}{campaign.bucket.options if campaign.bucket else ''}"


def _place(campaign: Campaign) -> str:
    if campaign.bucket:
        return f"{campaign.bucket.uri}/{campaign.directory.name}"
    return str(campaign.directory.path)


def exit_code(records: list[Record]) -> int:
    """Return the exit code of a run by its records; the control does not count as work.

    Args:
        records: The records.
    """
    chosen = chosen_records(records)
    if any(record["status"] not in ("ok", "skipped") for record in chosen):
        return EXIT_FAILED
    work = [record for record in chosen if family_of(record["trial"]["family"]).works]
    if work and all(record["status"] == "skipped" for record in work):
        click.echo("Error: nothing could run here: install what the reasons above name.", err=True)
        return EXIT_NOTHING_RAN
    return 0
