"""The verb ``bench compare``: from two runs to an exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from bench.compare import Comparison, compare
from bench.errors import EXIT_FAILED, EXIT_NOTHING_RAN, ResultsError, UsageError
from bench.gate.judgement import EXIT_INCONCLUSIVE, EXIT_WORSE
from bench.report.comparison import as_document, as_markdown, as_text
from bench.report.reading import read
from bench.results import Run

FORMATS: dict[str, Callable[[Comparison], str]] = {
    "text": as_text,
    "md": as_markdown,
    "json": lambda comparison: json.dumps(as_document(comparison), indent=1),
}


def compare_verb(
    *, a: str, b: str, threshold: float, allow_different: str | None, strict: bool, kind: str, out: Path
) -> int:
    """Carry out ``bench compare`` and return its exit code.

    Args:
        a: The baseline: a run's directory, its name in ``out``, or a file that `bench report` exported.
        b: The candidate.
        threshold: A case is ``ok`` if it is surely less than this much slower, as a share.
        allow_different: Facts that may differ, with commas between them.
        strict: Whether doubt fails.
        kind: ``text``, ``md`` or ``json``.
        out: Directory that holds runs.

    Raises:
        ResultsError: A run is missing or damaged.
        UsageError: They are not comparable.
    """
    allowed = (allow_different or "").split(",")
    found = compare(_read(a, out), _read(b, out), threshold=threshold, allowed=allowed)
    click.echo(FORMATS[kind](found))
    return exit_code(found, strict=strict)


def exit_code(found: Comparison, *, strict: bool) -> int:
    """Return the exit code that a comparison calls for: worse answers first, then slowdowns, then what is not there.

    Args:
        found: The comparison.
        strict: Whether doubt fails.
    """
    verdicts = {compared.verdict for compared in found.compared}
    if "worse" in verdicts:
        return EXIT_WORSE
    if "slower" in verdicts:
        return EXIT_FAILED
    if found.only_a or "broken" in verdicts or not verdicts - {"skipped"}:
        return EXIT_NOTHING_RAN
    return EXIT_INCONCLUSIVE if strict and "inconclusive" in verdicts else 0


def _read(name: str, out: Path) -> Run:
    runs = read([Path(name)], out)
    if len(runs) != 1:
        raise UsageError(f"{name} holds {len(runs)} runs, and two are compared: export one of them alone.")
    if not runs[0].records:
        raise ResultsError(f"{name} holds no record: run it again, or compare another one.")
    return runs[0]
