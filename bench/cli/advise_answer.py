"""Prints and writes an answer of `bench advise`, and gives the exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from bench.advise.advice import Advice
from bench.advise.document import as_document
from bench.advise.market import MarketQuestion, trade
from bench.advise.market_text import print_answer
from bench.advise.write import write
from bench.errors import EXIT_INCONCLUSIVE, EXIT_REFUSED


@dataclass(frozen=True)
class AnswerOutput:
    """What becomes of an answer.

    Attributes:
        places: What is asked of places.
        files: Files to write it to, with their kinds.
        strict: Whether a tie fails.
        as_json: Whether to print JSON.
        scored: How earlier forecasts did, as a sentence.
    """

    places: MarketQuestion
    files: Mapping[Path, str]
    strict: bool
    as_json: bool
    scored: str = ""

    def tell(self, found: Advice) -> int:
        """Print and write an answer, and return the exit code.

        Args:
            found: The answer.
        """
        found = replace(found, scored=self.scored)
        market = trade(found, self.places) if self.places.asks and not found.refusal else None
        today = datetime.now(UTC).date()
        if self.as_json:
            click.echo(json.dumps(as_document(found, market), indent=1))
        else:
            print_answer(found, market, today, Console(highlight=False))
        for path, kind in self.files.items():
            write(found, market, today, path, kind)
            click.echo(f"Advice: {path}", err=True)
        if (market.best if market else found.field.decision) is None:
            return EXIT_REFUSED
        tie = market.verdict == "tie" if market else found.recommended is None
        return EXIT_INCONCLUSIVE if self.strict and tie else 0
