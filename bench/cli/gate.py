"""The verb `bench gate`: from options to an exit code."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import tasks
from bench.cli.options import RESULTS, Integers, Seconds, Share, TaskName
from bench.cli.suites import suite_option
from bench.errors import EXIT_INTERRUPTED, BenchError, UsageError
from bench.gate.arms import stored
from bench.gate.session import GateNight, GateRequest
from bench.gate.verdict import verdict
from bench.gate.verdict.render import write_reports
from bench.gate.verdict.text import text
from bench.machine import limits
from bench.request import Request
from bench.writing.tables import columns_of


@click.command()
@suite_option
@click.option("--baseline", metavar="REV|RUN", help="A git revision, or a run whose revision is measured again.")
@click.option("--candidate", metavar="REV", help="A git revision.  [default: what is checked out]")
@click.option("--python", multiple=True, metavar="PYTHON", help="Twice: compare two environments, baseline first.")
@click.option("--strategy", "strategies", multiple=True, metavar="NAME|GLOB", help="Strategies; all by default.")
@click.option("--task", type=TaskName(), help="What is measured.  [default: train]")
@click.option("--data", multiple=True, help="Datasets: names, paths or URIs.  [default: flights]")
@click.option("--workers", type=Integers(), help="Workers of distributed strategies, such as 1,2.  [default: 2]")
@click.option("--cores", type=click.IntRange(1), help="CPU cores for each run.  [default: all]")
@click.option("--threshold", type=Share(), default="10%", show_default=True, help="Below this a slowdown is ok.")
@click.option("--budget", "budget_s", type=Seconds(), default="90m", show_default=True, help="For all of it.")
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each run.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the cases' order.  [default: drawn]")
@click.option("--strict", is_flag=True, help="Fail, with 3, where the night cannot tell.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="New directory.  [default: one in results]")
@RESULTS
def gate(**options: Any) -> None:
    """Measure two revisions in turn and judge each case: a nightly gate."""
    sys.exit(_gate(**options))


def _gate(
    *,
    strategies: tuple[str, ...],
    task: str | None,
    data: tuple[str, ...],
    workers: tuple[int, ...] | None,
    cores: int | None,
    out: Path | None,
    seed: int | None,
    python: tuple[str, ...],
    **wanted: Any,
) -> int:
    """Carry out `bench gate` and return its exit code.

    Args:
        strategies: Names or patterns; none means all.
        task: Name of the task, by default ``train``.
        data: Names or paths of datasets.
        workers: Numbers of workers of distributed strategies.
        cores: CPU cores for each run.
        out: Directory of the night.
        seed: Seed of the order of the cases; by default it is drawn. The verdict records it.
        python: The interpreters of two existing environments.
        wanted: Other fields of a `GateRequest`.
    """
    if len(python) not in (0, 2):
        raise UsageError("Give --python twice, the baseline's first, or not at all.")
    if (wanted["baseline"] is None) != bool(python) or (python and wanted["candidate"]):
        raise UsageError("Give --baseline, with a --candidate if it is not what is checked out, or --python twice.")
    if wanted["baseline"] and stored.find(wanted["baseline"], wanted["results"]) and (task or workers or cores):
        raise UsageError("A run as --baseline brings its own task, workers and cores: leave these options out.")
    available = limits.cores_available()
    cores = cores or available
    if cores > available:
        raise UsageError(f"--cores {cores} is more than the {available} that this process may use: ask for fewer.")
    night = f"gate-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    directory = verdict.claim(out or wanted["results"] / night)
    request = Request(
        strategies=strategies, task=task or tasks.DEFAULT, cores=cores, workers=workers or (min(2, cores),)
    )
    asked = GateRequest(
        out=directory,
        request=request,
        data=data,
        pythons=python,
        command=("bench", *sys.argv[1:]),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        **wanted,
    )
    return _conduct(asked, directory)


def _conduct(asked: GateRequest, directory: Path) -> int:
    try:
        document = GateNight(asked, lambda line: click.echo(line, err=True)).conduct()
    except KeyboardInterrupt:
        _report(directory)
        click.echo(f"Interrupted: what was measured is in {directory}.", err=True)
        return EXIT_INTERRUPTED
    except BenchError:
        _report(directory, echo=False)
        raise
    _report(directory)
    return int(document["exit_code"])


def _report(directory: Path, *, echo: bool = True) -> None:
    document = verdict.read(directory)
    write_reports(directory, document)
    if echo:
        click.echo(text(document, columns_of(Console())))
        click.echo(f"Verdict, report and records: {directory}")
