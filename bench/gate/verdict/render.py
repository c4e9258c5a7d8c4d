"""Writes the reports of a night beside its verdict: ``verdict.md`` and ``verdict.html``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.errors import ResultsError
from bench.gate.verdict.drawing import draw
from bench.gate.verdict.markdown import markdown
from bench.gate.verdict.verdict import Document, VerdictEntry
from bench.gate.verdict.wording import MEANINGS, arms, banner, figures, headline, name_of, ordered, reason
from bench.writing import page
from bench.writing.draw import svg


def write_reports(directory: Path, document: Document) -> None:
    """Write the reports of a night.

    Args:
        directory: Directory of the night.
        document: The verdict.

    Raises:
        ResultsError: They cannot be written.
    """
    try:
        (directory / "verdict.md").write_text(markdown(document), encoding="utf-8")
        (directory / "verdict.html").write_text(html(document), encoding="utf-8")
    except OSError as error:
        raise ResultsError(
            f"Cannot write to {directory}: {error.strerror}: make room, or name another --out."
        ) from error


def html(document: Document) -> str:
    """Return a verdict as one HTML page that loads nothing else.

    Args:
        document: The verdict.
    """
    return page.render(
        "bench.gate.verdict",
        "verdict.html.j2",
        style="verdict.css",
        document=document,
        headline=headline(document),
        arms=arms(document),
        banner=banner(document),
        rows=[_row(number, entry, document) for number, entry in enumerate(ordered(document), 1)],
        meanings=MEANINGS,
    )


def _row(number: int, entry: VerdictEntry, document: Document) -> dict[str, Any]:
    """Return the values of a case for the template."""
    drawing = draw(entry)
    return {
        "name": name_of(entry, document),
        "verdict": entry["verdict"],
        "figures": figures(entry),
        "reason": reason(entry),
        "chart": svg(drawing.spec, f"case{number}", titles=True) if drawing else None,
        "pairs": drawing.titles if drawing else (),
        "phases": entry["phases"],
        "quality": entry["quality"],
        "noisy": entry["noisy"],
        "retries": entry["retries"],
    }
