"""Writes an answer to a file: a page, Markdown, or JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

from bench.advise import html, markdown
from bench.advise.advice import Advice
from bench.advise.document import as_document
from bench.advise.market import Market
from bench.errors import UsageError
from bench.records.files import whole_file

Writer = Callable[[Advice, Market | None, datetime.date], str]


def _json(advice: Advice, market: Market | None, today: datetime.date) -> str:
    del today
    return json.dumps(as_document(advice, market), indent=1) + "\n"


SUFFIXES: dict[str, Writer] = {".html": html.render, ".md": markdown.render, ".json": _json}


def kind_of(path: Path) -> str:
    """Return the format that a file's name says.

    Args:
        path: The file.

    Raises:
        UsageError: It says none.
    """
    if (suffix := path.suffix.lower()) not in SUFFIXES:
        raise UsageError(f"The name {path} does not say the format: let it end in {', '.join(SUFFIXES)}.")
    return suffix


def write(advice: Advice, market: Market | None, today: datetime.date, path: Path, kind: str) -> None:
    """Write an answer as one file, whole or not at all.

    Args:
        advice: What is known of the machine at hand.
        market: What is known of places; None where nobody asked.
        today: The day.
        path: The file.
        kind: Out of `kind_of`.

    Raises:
        ResultsError: It cannot be written.
    """
    text = SUFFIXES[kind](advice, market, today)
    with whole_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8")
