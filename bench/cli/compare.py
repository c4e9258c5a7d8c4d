"""The verb `bench compare`: from two runs to an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench.cli.options import PRICE, RESULTS, Share, renamed
from bench.errors import EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_NOTHING_RAN, EXIT_WORSE, ResultsError, UsageError
from bench.findings.compare import Comparison
from bench.findings.compare import compare as compare_runs
from bench.prices.tariff import Tariff
from bench.records.costs import priced
from bench.records.directory import Run
from bench.records.reading import read
from bench.report.comparison import as_document, as_markdown, as_text
from bench.writing.tables import columns_of

FORMATS: dict[str, Callable[[Comparison], str]] = {
    "text": lambda comparison: as_text(comparison, columns_of(Console())),
    "md": as_markdown,
    "json": lambda comparison: json.dumps(as_document(comparison), indent=1),
}


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--threshold", type=Share(), default="10%", show_default=True, help="Below this a slowdown is ok.")
@click.option("--allow-different", metavar="FACT,…", help="Show unlike runs under a banner: machine, versions, …")
@click.option("--strict", is_flag=True, help="Fail, with 3, where the runs cannot tell.")
@click.option("--format", "kind", type=click.Choice([*FORMATS]), default="text", show_default=True)
@PRICE
@RESULTS
@renamed("--out", "--results")
def compare(**options: Any) -> None:
    """Compare two runs, or exported files, case by case; A is the baseline."""
    sys.exit(_compare(**options))


def _compare(
    *,
    a: str,
    b: str,
    threshold: float,
    allow_different: str | None,
    strict: bool,
    kind: str,
    price: Tariff | None,
    results: Path,
) -> int:
    """Carry out `bench compare` and return its exit code.

    Args:
        a: The baseline: a run's directory, its name in ``results``, or a file that `bench report` exported.
        b: The candidate.
        threshold: A case is ``ok`` if its slowdown is surely less than this, as a share.
        allow_different: Facts that may differ, with commas between them.
        strict: Whether an inconclusive case fails.
        kind: ``text``, ``md`` or ``json``.
        price: What trials cost; None for saying nothing of it.
        results: Directory that holds runs.

    Raises:
        ResultsError: A run is missing or damaged.
        UsageError: They are not comparable.
    """
    allowed = (allow_different or "").split(",")
    runs = [priced(_read(name, results), price) for name in (a, b)]
    found = compare_runs(*runs, threshold=threshold, allowed=allowed)
    click.echo(FORMATS[kind](found))
    return exit_code(found, strict=strict)


def exit_code(found: Comparison, *, strict: bool) -> int:
    """Return the exit code of a comparison: worse answers count first, then slowdowns, then missing cases.

    Args:
        found: The comparison.
        strict: Whether an inconclusive case fails.
    """
    verdicts = {compared.verdict for compared in found.compared}
    if "worse" in verdicts:
        return EXIT_WORSE
    if "slower" in verdicts:
        return EXIT_FAILED
    if found.only_a or "broken" in verdicts or not verdicts - {"skipped"}:
        return EXIT_NOTHING_RAN
    return EXIT_INCONCLUSIVE if strict and "inconclusive" in verdicts else 0


def _read(name: str, results: Path) -> Run:
    runs = read([Path(name)], results)
    if len(runs) != 1:
        raise UsageError(f"{name} holds {len(runs)} runs, and two are compared: export one of them alone.")
    if not runs[0].records:
        raise ResultsError(f"{name} holds no record: run it again, or compare another one.")
    return runs[0]
