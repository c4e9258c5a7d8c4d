"""The verb `bench bisect`: from options to an exit code."""

from __future__ import annotations

import math
import re
import secrets
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bench import tasks
from bench.cli.options import Seconds
from bench.errors import EXIT_INCONCLUSIVE, UsageError
from bench.gate import bisect
from bench.gate.arms import revisions
from bench.gate.bisect import CommitRange, Side
from bench.gate.session import GateNight, GateRequest
from bench.gate.verdict import verdict
from bench.gate.verdict.verdict import VerdictEntry
from bench.machine import limits
from bench.request import Request

LEAST_SLOWDOWN = 1.03  # the gate flags no smaller one


@click.command("bisect")
@click.argument("case")
@click.option("--good", metavar="REV", required=True, help="The revision without the slowdown.")
@click.option("--bad", metavar="REV", default="HEAD", show_default=True, help="The revision with it.")
@click.option("--data", help="Dataset: a name or a path.  [default: the case's, or flights]")
@click.option("--budget", "budget_s", type=Seconds(), default="30m", show_default=True, help="For each comparison.")
@click.option("--timeout", "timeout_s", type=Seconds(), default="10m", show_default=True, help="For each run.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="New directory.  [default: one in results]")
def bisect_command(**options: Any) -> None:
    """Find the commit that made CASE slower: named as `bench trend` does, or a strategy's name."""
    sys.exit(_bisect(**options))


def _bisect(case: str, *, good: str, bad: str, data: str | None, out: Path | None, **wanted: Any) -> int:
    """Carry out `bench bisect` and return its exit code: 0 if one commit remains, 3 if it cannot tell.

    Args:
        case: The case, by its name in ``bench trend``, or a strategy's name.
        good: The revision without the slowdown.
        bad: The revision with it.
        data: Name or path of the dataset, by default that of the case.
        out: Directory for the verdicts.
        wanted: ``budget_s`` of each comparison, and ``timeout_s`` of each run.
    """
    request, dataset = parse(case)
    repository = revisions.top(Path.cwd())
    first, last = revisions.resolve(repository, good), revisions.resolve(repository, bad)
    later = bisect.between(repository, first, last)
    night = f"bisect-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    directory = verdict.claim(out or Path("results") / night)
    asked = GateRequest(directory, request, (data or dataset,), first, command=("bench", *sys.argv[1:]), **wanted)
    search = _Search(repository, asked)
    entry = search.compare(last)
    ratio = entry["ratio"]
    if entry["speed"] != "regression" or ratio["estimate"] < LEAST_SLOWDOWN:
        click.echo(f"{bad} is not confirmed to be slower than {good}, so there is nothing to find: {entry['reason']}")
        return EXIT_INCONCLUSIVE
    steps = math.ceil(math.log2(len(later))) if len(later) > 1 else 0
    click.echo(f"{bad} takes {ratio['estimate']:.3f} times as long; {len(later)} commits, about {steps} comparisons.")
    found = bisect.narrow(first, later, lambda commit: search.side(commit, ratio["estimate"]))
    click.echo(_said(repository, found))
    return EXIT_INCONCLUSIVE if found.undecided else 0


@dataclass(frozen=True)
class _Search:
    """Compares revisions with the good one.

    Attributes:
        repository: Top directory of the repository.
        asked: The request of all comparisons; its ``out`` holds a directory for each.
    """

    repository: Path
    asked: GateRequest

    def compare(self, commit: str, slowdown: float | None = None) -> VerdictEntry:
        """Let the gate compare a commit with the good one, and return the case's entry of its verdict.

        Args:
            commit: The commit.
            slowdown: Time of the bad revision over that of the good one, if known: less than half of it, on a log
                scale, is then ``ok``.
        """
        number = len(list(self.asked.out.iterdir()))
        threshold = self.asked.threshold if slowdown is None else min(0.9, math.sqrt(slowdown) - 1)
        directory = verdict.claim(self.asked.out / f"{number:02}-{commit[:12]}")
        request = replace(self.asked, out=directory, candidate=commit, threshold=threshold)
        document = GateNight(request, lambda line: click.echo(line, err=True)).conduct()
        entries: list[VerdictEntry] = document["cases"]
        if len(entries) != 1:
            names = ", ".join(entry["case"]["strategy"] for entry in entries)
            raise UsageError(f"A bisection is of one case, and this names {names}: give one.")
        return entries[0]

    def side(self, commit: str, slowdown: float) -> Side | None:
        """Compare a commit with the good one, print its side and return it."""
        entry = self.compare(commit, slowdown)
        side = bisect.side_of(entry, slowdown)
        told = side or "cannot be told"
        click.echo(f"{commit[:12]} {revisions.subject(self.repository, commit)}: {told}. {entry['reason']}")
        return side


def parse(case: str) -> tuple[Request, str]:
    """Return the request of a case, and the name of its dataset.

    Args:
        case: Its name in the trend, such as ``xgboost_spark, train, flights, 2 workers, 2 cores``; the last parts
            may be left out, and then have the defaults of ``bench run``.

    Raises:
        UsageError: It cannot be read.
    """
    available = limits.cores_available()
    names = "|".join(map(re.escape, tasks.TASKS))
    pattern = rf"([^,*?\[\]]+)(?:, ({names})(?:, ([^,]+)(?:, (\d+) workers?(?:, (\d+) cores?)?)?)?)?"
    match = re.fullmatch(pattern, case.strip())
    if not match:
        raise UsageError(f"{case!r} is no case: name it as `bench trend` does, or a strategy by its full name.")
    strategy, task, dataset, workers, cores = match.groups()
    number = int(cores or available)
    if number > available:
        raise UsageError(f"{case!r} is of {cores} cores, and this process may use {available}: go to that machine.")
    request = Request(
        strategies=(strategy,),
        task=task or tasks.DEFAULT,
        workers=(int(workers or min(2, number)),),
        cores=number,
    )
    return request, dataset or "flights"


def _said(repository: Path, found: CommitRange) -> str:
    def name(commit: str) -> str:
        return f"{commit[:12]} ({revisions.subject(repository, commit)})"

    if not found.undecided:
        return f"It came with {name(found.bad)}; {name(found.good)} before it has not got it."
    return (
        f"It came after {name(found.good)} and no later than {name(found.bad)}; "
        f"{len(found.undecided)} commits between them could not be judged: a larger --budget or a quieter machine can."
    )
