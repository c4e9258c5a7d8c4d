"""The options that ask `bench advise` where to run, for how much, and within which limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.cli.options import Seconds

OPTIONS = (
    click.option(
        "--machines",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Machines that can be had and their prices, in TOML.",
    ),
    click.option(
        "--probe",
        "probes",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="FILE",
        help="What `bench advise probe` wrote on another machine; may be given again.",
    ),
    click.option(
        "--goal",
        type=click.Choice(["time", "cost", "memory"]),
        default="time",
        show_default=True,
        help="What is to be the least.",
    ),
    click.option(
        "--deadline", "deadline_s", type=Seconds(), help="Time from the order of a machine to the end, such as 2h."
    ),
    click.option("--max-cost", "most_cost", type=click.FloatRange(0, min_open=True), help="What it may cost at most."),
    click.option(
        "--checkpoint-every",
        "checkpoint_s",
        type=Seconds(),
        help="Reckon on spot with jobs that go on from a checkpoint, so much work apart.",
    ),
    click.option("--checkpoint-takes", "write_s", type=Seconds(), help="Time to write one.  [default: 0]"),
)
NAMES = ("machines", "probes", "goal", "deadline_s", "most_cost", "checkpoint_s", "write_s")


def place_options(command: Any) -> Any:
    """Give a verb the options, whose values are called `NAMES`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command
