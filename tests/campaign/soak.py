"""One run of many trials under a limit of memory, and what the harness itself takes from first to last."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import NamedTuple

import click
import psutil

from bench.records.directory import read_run
from tests.campaign.limits import Group
from tests.campaign.plans import Stage
from tests.campaign.sandbox import sandbox

LIMIT = 6 * 2**30
SECONDS_BETWEEN_LOOKS = 1.0
FEWEST_LOOKS = 5  # for a peak: between two trials the harness has fewer files open than in one

MOST_MORE = 2  # files or threads


class Look(NamedTuple):
    """What the harness had at one moment.

    Attributes:
        begun: Trials that have begun.
        memory: Bytes of memory of its own.
        files: Open files.
        threads: Threads.
    """

    begun: int
    memory: int
    files: int
    threads: int


def run(stage: Stage, trials: int) -> str | None:
    """Run so many trials of cheap strategies in one run, and print the harness's memory and open files on the way.

    Args:
        stage: What all plans share.
        trials: How many trials.

    Returns:
        A sentence for each thing that is not as it should be, None where all is.
    """
    group = Group("memory", values=(LIMIT,))
    with sandbox(stage.root, stage.site, stage.datasets) as box:
        dress = group.dress(box, {"value": LIMIT})
        strategies = ("--strategy", "steps", "--strategy", "scores")
        arguments = ("run", *strategies, "--data", "tiny", "--cores", "1", "--repeat", str(-(-trials // 3)))
        process = box.start(arguments, before=dress.before)
        harness = psutil.Process(process.pid)
        looks: list[Look] = []
        while process.poll() is None:
            with contextlib.suppress(psutil.Error, StopIteration):
                begun = len(list(next(box.results.iterdir()).glob("logs/*")))
                taken = harness.memory_full_info().uss, harness.num_fds(), harness.num_threads()
                looks.append(Look(begun, *taken))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        ending = box.end(process)
        dress.undo()
        found = [read_run(directory) for directory in box.results.iterdir()]
        statuses = [record["status"] for one in found for record in one.records]
        planned = sum(len(one.run["plan"]) for one in found)
    click.echo(f"exit code {ending.code}, {len(statuses)} records, {statuses.count('ok')} ok")
    click.echo("trials  memory MB  files  threads")
    wanted = {look.begun: look for look in looks if look.begun % max(1, trials // 10) == 0}
    for look in wanted.values():
        click.echo(f"{look.begun:6}  {look.memory / 1e6:9.1f}  {look.files:5}  {look.threads:7}")
    faults = [] if ending.code == 0 else [f"{ending.shown} is no exit code 0."]
    if not planned or statuses != ["ok"] * planned:
        faults.append(f"Of {planned} planned trials, {len(statuses)} have records and {statuses.count('ok')} are ok.")
    return "\n".join([*faults, *growth(looks, planned)]) or None


def growth(looks: Sequence[Look], planned: int) -> list[str]:
    """Return a sentence for each thing of which the harness has more in the last trials than after a tenth of them.

    Before that it reads modules, and after the last trial it writes the report.

    Args:
        looks: All looks at it, in order.
        planned: How many trials there are.
    """
    counted = [look for look in looks if planned / 10 < look.begun < planned]
    if len(counted) < FEWEST_LOOKS:
        return [f"There were {len(counted)} looks only between the first tenth and the end: ask for more trials."]
    number = max(FEWEST_LOOKS, len(counted) // 10)
    early, late = (Look(*map(max, zip(*part, strict=True))) for part in (counted[:number], counted[-number:]))
    found = []
    if late.memory - early.memory > max(0.1 * early.memory, 20e6):
        found.append(f"Memory grew from {early.memory / 1e6:,.0f} MB to {late.memory / 1e6:,.0f} MB.")
    if late.files - early.files > MOST_MORE:
        found.append(f"Open files grew from {early.files} to {late.files}.")
    if late.threads - early.threads > MOST_MORE:
        found.append(f"Threads grew from {early.threads} to {late.threads}.")
    return found
