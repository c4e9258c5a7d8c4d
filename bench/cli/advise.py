"""The verb `bench advise`: from sizes that are measured to the fastest way at a size that nobody measured."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli import requests
from bench.cli.advise_probe import probe
from bench.cli.advise_score import score
from bench.cli.options import RESULTS, Count, Integers, Seconds, Share, storage_options
from bench.cli.place_options import NAMES as PLACE_NAMES
from bench.cli.place_options import place_options
from bench.cli.suites import suite_option
from bench.errors import UsageError
from bench.model import Storage
from bench.stores.filesystem import from_environment, normal

if TYPE_CHECKING:
    from bench.advise.advice import Advice, SizeQuestion
    from bench.advise.calibration import Calibration
    from bench.records.directory import Run


@click.group(invoke_without_command=True)
@suite_option
@click.option("--rows", type=Count(), help="Rows of the table in question, such as 1e9.  [default: those of --data]")
@click.option("--data", metavar="TABLE", help="Table in question: name, path or URI.  [default: that of the runs]")
@click.option(
    "--from",
    "sources",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="RUN",
    help="Run, or exported file, at some size: nothing is measured then.  [default: measure samples of --data]",
)
@click.option("--budget", "whole_s", type=Seconds(), help="Time for measuring.  [default: 10m]")
@click.option("--plan", "only_plan", is_flag=True, help="Print what would be measured, and start nothing.")
@click.option(
    "--samples",
    metavar="DIR|URI",
    help="Where samples are put, such that a cluster's hosts see them.  [default: beside the datasets]",
)
@click.option("--memory-share", type=Share(), default="80%", show_default=True, help="Memory that a trial may use.")
@click.option(
    "--quality",
    type=float,
    metavar="GRADE",
    help="Grade that will do, by the problem's first metric.  [default: a little worse than the best]",
)
@click.option(
    "--allow-extrapolation",
    "beyond",
    is_flag=True,
    help="Beyond 64 times the largest size print an order of magnitude and a ranking; nothing is recommended.",
)
@click.option("--worth", type=click.FloatRange(0), help="Gain of the first grade that is worth more rows.")
@place_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Write the answer there, too: .html, .md or .json; may be given again.",
)
@click.option(
    "--at-workers",
    type=Integers(),
    default=(),
    help="Forecast these numbers of workers, too, from three of --workers or more.",
)
@click.option("--strict", is_flag=True, help="Fail, with 3, where it is too close to call.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@RESULTS
@requests.measuring_options
@storage_options
@click.pass_context
def advise(context: click.Context, /, **options: Any) -> None:
    """Say which strategy is the fastest for more rows than were measured, how sure that is, or why nobody knows.

    Samples of --data are measured within --budget, and a forecast is put to the test; with --from nothing is measured.
    With --machines, --deadline, --max-cost or --goal it also says where, and what that costs.
    """
    if context.invoked_subcommand is None:
        places = {name: options.pop(name) for name in PLACE_NAMES}
        sys.exit(_advise(places=places, **options))


advise.add_command(probe)
advise.add_command(score)


def _advise(
    *,
    rows: int | None,
    data: str | None,
    sources: tuple[Path, ...],
    whole_s: float | None,
    only_plan: bool,
    samples: str | None,
    memory_share: float,
    quality: float | None,
    beyond: bool,
    worth: float | None,
    at_workers: tuple[int, ...],
    places: Mapping[str, Any],
    out: tuple[Path, ...],
    strict: bool,
    as_json: bool,
    results: Path,
    storage: Storage,
    label: str,
    **wanted: Any,
) -> int:
    """Carry out `bench advise` and return its exit code.

    Args:
        rows: Rows of the table in question; None for those of ``data``.
        data: Name, path or URI of the table in question; None for that of the runs.
        sources: Directories of runs, exported files, or names of runs in ``results``; none for measuring.
        whole_s: Seconds for measuring; None for the default.
        only_plan: Whether to print what would be measured.
        samples: Directory or URI for the samples; None for beside the datasets.
        memory_share: Share of the machine's memory that a trial may use.
        quality: The grade that an answer must reach, by the problem's first metric.
        beyond: Whether to print an order of magnitude beyond the reach.
        worth: The least gain of the first grade that is worth more rows.
        at_workers: Numbers of workers to forecast, beyond those measured.
        places: What is asked of places, as for `ask_of_places`.
        out: Files to write the answer to.
        strict: Whether a tie fails.
        as_json: Whether to print JSON.
        results: Directory that holds runs.
        storage: How to reach ``data``.
        label: Column to predict, where ``data`` is a plain table.
        wanted: What is to be measured.

    Raises:
        UsageError: The question is incomplete, or so many rows were measured.
    """
    from bench.advise import scores
    from bench.advise.advice import SizeQuestion
    from bench.advise.write import kind_of
    from bench.cli.advise_answer import AnswerOutput
    from bench.cli.advise_places import ask_of_places
    from bench.cli.ladder import ClimbOptions, climb
    from bench.cli.making import open_or_make
    from bench.records.reading import read

    kinds = [kind_of(path) for path in out]
    if not sources and not data:
        raise UsageError("Nothing says what to measure: give --data with a table, or add --from RUN for each size.")
    if sources and (given := _measuring(wanted, whole_s, only_plan, samples)):
        raise UsageError(f"{given} says what to measure, and with --from nothing is measured: leave one of them away.")
    dataset = open_or_make(data, from_environment(data, storage), label) if data else None
    asked = rows or (dataset.rows if dataset else None)
    if asked is None:
        raise UsageError("The number of rows is missing: add --rows 1e9, or --data with a table that has them.")
    asked_places = ask_of_places(**places)
    kept = scores.read(results)
    table = scores.own_calibration(kept)
    output = AnswerOutput(asked_places, dict(zip(out, kinds, strict=True)), strict, as_json, scores.told(kept))
    question = SizeQuestion(
        asked, asdict(dataset) if dataset else None, memory_share, quality, worth, at_workers, beyond
    )
    if not sources:
        assert dataset  # noqa: S101 - there is --data
        there = samples and normal(samples)
        options = ClimbOptions(wanted, storage, results, whole_s, table, only_plan, there)
        return climb(dataset, question, options, output.tell)
    return output.tell(answer(read(sources, results), question, table))


def answer(runs: Sequence[Run], question: SizeQuestion, table: Calibration) -> Advice:
    """Return the answer of runs, with the terms that their strategies state.

    Args:
        runs: The runs.
        question: The question.
        table: The calibration of times.
    """
    from bench.advise.advice import advise as answered
    from bench.advise.stated import ask_strategies

    stated = ask_strategies(each["trial"]["strategy"] for run in runs for each in run.records)
    return answered(runs, question, stated, table)


def _measuring(wanted: Mapping[str, Any], whole_s: float | None, only_plan: bool, samples: str | None) -> str:
    """Return an option that was given and is about measuring; empty where there is none."""
    for option, value in (("--budget", whole_s), ("--plan", only_plan), ("--samples", samples)):
        if value:
            return option
    context = click.get_current_context()
    given = [name for name in wanted if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]
    options = {each.name: each.opts[0] for each in context.command.params}
    return options[given[0]] if given else ""
