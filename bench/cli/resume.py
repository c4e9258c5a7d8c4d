"""Goes on with a run: finds it, and runs or prints what has no ok record."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from bench.cli.execute import RunTimes, execute, print_plan
from bench.datasets import open_dataset
from bench.errors import ResultsError, UsageError
from bench.model import Storage
from bench.records.bucket import Bucket, make_local_directory, split
from bench.records.directory import RunDirectory
from bench.runs import campaign as campaigns
from bench.stores.filesystem import from_environment, is_uri, normal

# Options that say how and where, by their names in Python.
_BESIDE_RESUME = {
    *("resume", "suite", "out", "endpoint", "region", "anonymous", "price", "dry_run", "as_json"),
    *("timeout_s", "whole_s", "quiet_s", "retries"),
}


def resume_run(named: str, out: str, storage: Storage, times: RunTimes, *, dry_run: bool, as_json: bool) -> int:
    """Go on with a run, and return the exit code.

    Args:
        named: Its directory or URI, or its name.
        out: Directory or URI in which a name is looked up.
        storage: How to reach a store.
        times: The times that the rest may take.
        dry_run: Whether to print the rest only.
        as_json: Whether to print records only.

    Raises:
        UsageError: An option of the command says what runs.
        ResultsError: There is no such run.
    """
    _refuse_beside_resume(click.get_current_context())
    found = _find_run(named, out)
    if is_uri(found):
        return _resume_remote(found, from_environment(found, storage), times, dry_run, as_json)
    return _resume_local(Path(found), times, dry_run, as_json)


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
        return print_plan(campaign.trials)
    if not campaign.trials and not as_json:
        more = "" if times.retries else "; `--retry-disturbed 1` runs again what others disturbed, if anything"
        click.echo(f"Nothing is left to run{more}.", err=True)
    return execute(campaign, times, as_json)
