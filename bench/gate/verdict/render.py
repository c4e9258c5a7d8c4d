"""Writes the reports of a night beside its verdict: ``verdict.md`` and ``verdict.html``."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from bench.errors import ResultsError
from bench.gate.verdict.drawing import BOTTOM, HEIGHT, LEFT, WIDTH, draw
from bench.gate.verdict.markdown import markdown
from bench.gate.verdict.verdict import Document
from bench.gate.verdict.wording import MEANINGS, arms, banner, figures, headline, name_of, ordered, reason


def write_reports(directory: Path, document: Document) -> None:
    """Write the reports of a night.

    Args:
        directory: Where they go.
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
    """Return a verdict as one page that needs nothing from anywhere.

    Args:
        document: The verdict.
    """
    from jinja2 import Environment, StrictUndefined

    source = resources.files("bench.gate.verdict").joinpath("verdict.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    rows = [
        {
            "name": name_of(entry, document),
            "verdict": entry["verdict"],
            "figures": figures(entry),
            "reason": reason(entry),
            "drawing": draw(entry),
            "phases": entry["phases"],
            "quality": entry["quality"],
            "noisy": entry["noisy"],
            "retries": entry["retries"],
        }
        for entry in ordered(document)
    ]
    return environment.from_string(source).render(
        document=document,
        headline=headline(document),
        arms=arms(document),
        banner=banner(document),
        rows=rows,
        meanings=MEANINGS,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        floor=HEIGHT - BOTTOM,
    )
