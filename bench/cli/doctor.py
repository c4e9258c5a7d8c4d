"""The verb `bench doctor`: this machine."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from bench.doctor import report


@click.command()
def doctor() -> None:
    """Check this machine: each line is ok, a warning or broken, with the remedy."""
    sys.exit(report(Console()))
