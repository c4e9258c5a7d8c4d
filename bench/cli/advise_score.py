"""The verb `bench advise score`: forecasts against what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.cli.options import RESULTS


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option(
    "--for",
    "answers",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="ADVICE.json",
    help="Answer of `bench advise --out ADVICE.json`, made before; may be given again.",
)
@RESULTS
def score(**options: Any) -> None:
    """Compare forecasts with what runs measured since, and keep the score, which later answers show."""
    _score(**options)


def _score(*, runs: tuple[Path, ...], answers: tuple[Path, ...], results: Path) -> None:
    """Carry out `bench advise score`.

    Args:
        runs: Runs at the size that was asked about.
        answers: Answers that were made before.
        results: Directory that holds runs, and the score.
    """
    from bench.advise import scores
    from bench.cli.answers import read_answer
    from bench.records.reading import read
    from bench.writing.clean import shown

    documents = [read_answer(path) for path in answers]
    found = [one for run in read(runs, results) for document in documents for one in scores.score(document, run)]
    for each in found:
        click.echo(shown(each.told, 400))
    new = scores.keep(results, found)
    click.echo(scores.told(scores.read(results)))
    if new < len(found):
        click.echo(f"{len(found) - new} of them had been scored before.", err=True)
