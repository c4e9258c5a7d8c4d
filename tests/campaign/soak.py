"""One run of many trials under a limit of memory, and what the harness itself takes from first to last."""

from __future__ import annotations

import contextlib
import time

import click
import psutil

from bench.records.directory import read_run
from tests.campaign.limits import Group
from tests.campaign.plans import Stage
from tests.campaign.sandbox import sandbox

LIMIT = 6 * 2**30
SECONDS_BETWEEN_LOOKS = 1.0


def run(stage: Stage, trials: int) -> None:
    """Run so many trials of cheap strategies in one run, and print the harness's memory and open files on the way.

    Args:
        stage: What all plans share.
        trials: How many trials.
    """
    group = Group("memory", values=(LIMIT,))
    with sandbox(stage.root, stage.site, stage.datasets) as box:
        dress = group.dress(box, {"value": LIMIT})
        strategies = ("--strategy", "steps", "--strategy", "scores")
        arguments = ("run", *strategies, "--data", "tiny", "--cores", "1", "--repeat", str(-(-trials // 3)))
        process = box.start(arguments, before=dress.before)
        harness, looks = psutil.Process(process.pid), []
        while process.poll() is None:
            with contextlib.suppress(psutil.Error, StopIteration):
                done = len(list(next(box.results.iterdir()).glob("logs/*")))
                looks.append((done, harness.memory_full_info().uss, harness.num_fds(), harness.num_threads()))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        ending = box.end(process)
        dress.undo()
        (directory,) = box.results.iterdir()
        statuses = [record["status"] for record in read_run(directory).records]
        click.echo(f"exit code {ending.code}, {len(statuses)} records, {statuses.count('ok')} ok")
        click.echo("trials  memory MB  files  threads")
        wanted = {look[0]: look for look in looks if look[0] % max(1, trials // 10) == 0}
        for done, memory, files, threads in wanted.values():
            click.echo(f"{done:6}  {memory / 1e6:9.1f}  {files:5}  {threads:7}")
