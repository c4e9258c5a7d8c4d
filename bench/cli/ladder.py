"""Measures sizes for `bench advise`: prints the plan, shows the progress, and keeps what was measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench.advise.advice import Advice, SizeQuestion
from bench.advise.calibration import Calibration
from bench.advise.climb import Climb
from bench.advise.climb_plan import ClimbPlan
from bench.advise.decide import FARTHEST
from bench.advise.ladder import MOST_TEST_ROWS, Ladder
from bench.advise.race import FIRST_SIZES, UNKNOWN_S
from bench.advise.sources import entrant_name
from bench.advise.stated import ask_strategies
from bench.cli.execute import RunTimes, look_at_the_machine
from bench.cli.requests import check_row_budget, request_from
from bench.datasets import samples
from bench.errors import EXIT_INTERRUPTED, EXIT_NOTHING_RAN, UsageError
from bench.machine.others import Look
from bench.model import Dataset, Place, Storage
from bench.request import Request
from bench.runs.progress import Progress
from bench.runs.selection import select
from bench.stores.filesystem import from_environment, is_uri
from bench.tasks import TASKS
from bench.writing import figures

BUDGET_S = 600.0
ENDS = {
    "sure": "The recommendation was sure on two successive sizes.",
    "alike": "Those that are left take the same time, within 10 %.",
    "disturbed": "Others used the cores at so many sizes that larger ones would change nothing: --wait-quiet waits.",
    "rows": "No larger size can be measured.",
    "budget": "The budget has no room for a larger size.",
    "nobody": "Nobody is left to measure.",
}


@dataclass(frozen=True)
class ClimbOptions:
    """What the command line says of measuring.

    Attributes:
        wanted: The options that make a request, and those of the times.
        storage: How to reach a store.
        results: Directory of the runs.
        budget_s: Seconds for all of it; None for the default.
        table: The calibration of times.
        only_plan: Whether to print the plan only.
        samples: Directory or URI for the samples; None for beside the datasets.
    """

    wanted: dict[str, Any]
    storage: Storage
    results: Path
    budget_s: float | None
    table: Calibration
    only_plan: bool
    samples: str | None = None


def climb(dataset: Dataset, question: SizeQuestion, options: ClimbOptions, tell: Callable[[Advice], int]) -> int:
    """Measure samples of a table, and give the answer.

    Args:
        dataset: The table.
        question: What is asked.
        options: What the command line says.
        tell: Prints an answer, and returns the exit code.

    Returns:
        The exit code.
    """
    wanted = dict(options.wanted)
    retries, timeout_s, quiet_s = (wanted.pop(name) for name in ("retries", "timeout_s", "quiet_s"))
    budget_s = options.budget_s or BUDGET_S
    look = Look() if (retries or quiet_s) and not options.only_plan else None
    check_row_budget(wanted["budget_s"], timeout_s)
    request = replace(request_from(wanted, options.storage), other_tasks=False)
    _check(request)
    selection = select(request)
    for name, reason in selection.left_out.items():
        click.echo(f"{name} is left out, since {reason}: `--strategy '*'` measures all.", err=True)
    place = options.samples
    shared = Place(place, from_environment(place, options.storage)) if place else None
    plan = ClimbPlan(
        request,
        selection.plugins,
        Ladder(dataset, TASKS[request.task], shared),
        question,
        ask_strategies(selection.plugins),
        options.results,
        ["bench", *sys.argv[1:]],
        budget_s,
        options.table,
        timeout_s,
        retries,
        options.storage,
    )
    if options.only_plan:
        _print_plan(plan)
        return 0
    for sentence in _of_cluster(plan):
        click.echo(sentence, err=True)
    if beyond := _beyond(plan):  # before any waiting, as is the error of a table with too few rows
        click.echo(beyond, err=True)
    look_at_the_machine(RunTimes(timeout_s, time.monotonic() + budget_s, quiet_s or 0.0, retries, look), quiet=False)
    stderr = Console(stderr=True, highlight=False)
    found = Climb(plan, lambda sentence: click.echo(sentence, err=True), lambda number: Progress(stderr, number))
    try:
        end = found.measure()
    except KeyboardInterrupt:
        click.echo(f"Interrupted: what was measured is kept{_again(found, question)}", err=True)
        return EXIT_INTERRUPTED
    click.echo(ENDS[end.reason], err=True)
    if found.advice is None:
        click.echo("Error: nothing could run here: `bench list` says what is missing.", err=True)
        return EXIT_NOTHING_RAN
    code = tell(found.advice)
    for sentence in found.scores:
        click.echo(f"Put to the test: {sentence}", err=True)
    for name, reason in found.left_out.items():
        click.echo(f"Not measured further: {name}, since {reason}.", err=True)
    click.echo(f"What was measured is kept{_again(found, question)}", err=True)
    taken = figures.size(samples.size())
    click.echo(f"Samples of all tables take {taken} in {samples.place()}: `bench data clean` removes them.", err=True)
    return code


def _check(request: Request) -> None:
    """See that samples can be made, and that the sizes will be those of one setting."""
    if TASKS[request.task].composed:
        raise UsageError(
            "Samples of raw tables would not join as the whole does, so that pipelines are not measured here: run them "
            "on tables of several sizes, such as of `bench data make flights-raw --copies 2`, and give each --from RUN."
        )
    if len(request.batch_size) > 1:
        raise UsageError("Several --batch-size are several settings: ask for each by itself.")


def _again(found: Climb, question: SizeQuestion) -> str:
    if not found.names:
        return "."
    sources = " ".join(f"--from {name}" for name in found.names)
    results = found.plan.results
    where = "" if results == Path("results") else f" --results {results}"
    return f": `bench advise --rows {question.rows:.15g} {sources}{where}` reads it."


def _print_plan(plan: ClimbPlan) -> None:
    """Print what would be measured, and how long that may take."""
    table, task = plan.ladder.dataset, TASKS[plan.request.task]
    entrants, sizes = plan.entrants(table), plan.sizes()
    first = sizes[:FIRST_SIZES]
    names = figures.names([entrant_name(*each) for each in entrants])
    seconds = sum(UNKNOWN_S[distributed] for distributed in entrants.values()) * len(first)
    reach = plan.asked / sizes[-1]
    for line in (
        f"{len(entrants)} contenders: {names}.",
        f"All with {figures.names([f'{size:,}' for size in first])} rows {task.rows_are}, which may take "
        f"{seconds / 60:.0f} min; then those that may still be the fastest with up to {sizes[-1]:,}.",
        f"At most {plan.budget_s / 60:.3g} min (--budget); the size asked for is {reach:.3g} times the largest.",
        f"Samples in {plan.ladder.place} take up to {_bytes(plan, sizes)}.",
    ):
        click.echo(line)
    for sentence in filter(None, [*_of_cluster(plan), _beyond(plan)]):
        click.echo(sentence)


def _of_cluster(plan: ClimbPlan) -> list[str]:
    """Return what a cluster needs to see, and what nobody sees there; nothing on one machine."""
    master = plan.request.master or "local"
    if master.startswith("local"):
        return []
    found = ["What other programs use on the hosts of executors is not seen: see that nothing else runs there."]
    if not is_uri(plan.ladder.place):
        found.append(
            f"Every host of {master} has to see the samples in {plan.ladder.place}: --samples names a directory that "
            "all share, or a place in a bucket."
        )
    return found


def _beyond(plan: ClimbPlan) -> str:
    """Return that the table is too small for the question; empty where it is not."""
    table, largest = plan.ladder.dataset, plan.sizes()[-1]
    if plan.asked <= FARTHEST * largest:
        return ""
    rows = float(f"{plan.question.rows / FARTHEST:.2g}")
    return (
        f"{plan.question.rows:,.0f} rows are {plan.asked / largest:,.0f} times the largest sample that {table.name} "
        f"has, and nothing is recommended beyond {FARTHEST:g} times: a table of {rows:,.0f} rows could do."
    )


def _bytes(plan: ClimbPlan, sizes: list[int]) -> str:
    columns = len(plan.ladder.dataset.columns) + 2  # a row id is as large as two
    return figures.size(4.0 * columns * (sum(sizes) + len(sizes) * min(plan.ladder.dataset.test_rows, MOST_TEST_ROWS)))
