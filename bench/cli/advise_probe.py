"""The verb `bench advise probe`: the small sizes of a ladder again, on another machine."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bench.cli.answers import read_answer
from bench.cli.models import model_inputs, places
from bench.cli.options import RESULTS, Seconds, storage_options
from bench.errors import EXIT_NOTHING_RAN, UsageError
from bench.model import Storage


@click.command()
@click.option(
    "--for",
    "advice",
    type=click.Path(path_type=Path),
    metavar="ADVICE.json",
    help="Answer of `bench advise --out ADVICE.json`, whose strategies and settings are run here.",
)
@click.option(
    "--data", "tables", multiple=True, metavar="TABLE", help="Sample that the ladder has, too; may be given again."
)
@click.option(
    "--from",
    "sources",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="RUN",
    help="Run of this machine to pack instead of running anything.",
)
@click.option("--master", metavar="URL", help="Spark master of a cluster there, where the answer is of a cluster.")
@click.option("--cores", type=click.IntRange(1), help="CPU cores for each trial.  [default: all]")
@model_inputs
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each trial.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="File to write, in JSON.",
)
@RESULTS
@storage_options
def probe(**options: Any) -> None:
    """Run the strategies of an answer on this machine, at small sizes, for `bench advise --probe` elsewhere.

    Give the two smallest sizes of the ladder at which each strategy took a second or more.
    """
    given = {name: options.pop(name) for name in ("model", "network", "network_args")}
    sys.exit(_probe(given=given, **options))


def _probe(
    *,
    advice: Path | None,
    tables: tuple[str, ...],
    sources: tuple[Path, ...],
    master: str | None,
    cores: int | None,
    timeout_s: float,
    out: Path,
    results: Path,
    storage: Storage,
    given: Mapping[str, Any],
) -> int:
    """Carry out `bench advise probe` and return its exit code.

    Args:
        advice: The answer.
        tables: Samples to run on.
        sources: Runs to pack instead.
        master: Spark master of a cluster; None for this machine.
        cores: CPU cores of each trial; None for all.
        timeout_s: Seconds for each trial.
        out: The file to write.
        results: Directory that holds runs.
        storage: How to reach the samples.
        given: Model and network, where they lie elsewhere than on the machine of the answer.

    Raises:
        UsageError: It says neither what to run nor which runs to pack.
        ResultsError: The file cannot be written.
    """
    from bench.records.export import as_json
    from bench.records.files import whole_file
    from bench.records.reading import read

    if bool(sources) == bool(advice and tables):
        raise UsageError(
            "Give --for ADVICE.json and --data TABLE to run what it needs here, or --from RUN to pack runs."
        )
    code = 0
    runs = list(sources)
    if advice:
        for table in tables:
            done, run = _run(advice, table, master, cores, timeout_s, results, storage, given)
            code = code or done
            runs.append(run)
        if code == EXIT_NOTHING_RAN:
            return code
    with whole_file(out) as scratch:
        scratch.write_text(as_json(read(runs, results)), encoding="utf-8")
    click.echo(f"Probe: {out}", err=True)
    return code


def _run(
    advice: Path,
    table: str,
    master: str | None,
    cores: int | None,
    timeout_s: float,
    results: Path,
    storage: Storage,
    given: Mapping[str, Any],
) -> tuple[int, Path]:
    """Run the strategies of an answer on one sample; return the exit code and the run's directory."""
    from bench.cli.execute import RunTimes, execute
    from bench.datasets import ensure
    from bench.machine import limits
    from bench.machine.others import Look
    from bench.request import request_of
    from bench.runs import campaign as campaigns
    from bench.runs.selection import select
    from bench.spark import conf
    from bench.stores.filesystem import from_environment

    document = read_answer(advice)
    names = sorted({each["strategy"] for each in document["contenders"] if each["code"] != "failed"})
    asked = request_of(document["question"]["request"], str(advice))
    if asked.master and not conf.is_local(asked.master) and not master:
        raise UsageError(f"{advice} is of a cluster: name the one to probe with --master.")
    all_cores = max(asked.workers) if master and not conf.is_local(master) else limits.cores_available()
    cores = cores or all_cores
    here: dict[str, Any] = {name: value for name, value in places(given, storage).items() if value}
    if given["network_args"]:
        here["network_args"] = given["network_args"]
    request = replace(asked, strategies=tuple(names), cores=cores, repeat=1, master=master or asked.master, **here)
    retries = 2
    times = RunTimes(timeout_s, math.inf, 0.0, retries, Look())
    dataset = ensure(table, from_environment(table, storage), "", functools.partial(click.echo, err=True))
    command = ["bench", *sys.argv[1:]]
    campaign = campaigns.start(request, dataset, select(request), results, command, storage=storage)
    return execute(campaign, times, as_json=False), campaign.directory.path
