"""`bench doctor`: checks whether this machine can run the strategies, and names the remedy where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.doctor import machine, stack
from bench.doctor.check import Check

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Check", "report", "run_checks"]

COLOURS = {"ok": "green", "warning": "yellow", "broken": "red"}


def run_checks() -> Iterator[Check]:
    """Check one thing after the other and yield each finding; all together take about 20 seconds."""
    yield from stack.run_checks()
    yield from machine.run_checks()


def report(console: Console) -> int:
    """Print each check as it ends, and return the exit code: 0, or 5 if a check is broken.

    Args:
        console: Where to print.
    """
    broken = 0
    for check in run_checks():
        _print(console, check)
        broken += check.status == "broken"
    console.print(f"\n{broken} broken." if broken else "\nNothing is broken.", highlight=False)
    return 5 if broken else 0


def _print(console: Console, check: Check) -> None:
    from rich.text import Text

    status = (f"{check.status:<9}", COLOURS[check.status])
    console.print(Text.assemble(status, (f"{check.name:<16}", "bold"), check.finding), soft_wrap=True)
    if check.remedy:
        console.print(Text(f"{'':25}→ {check.remedy}"), soft_wrap=True)
