"""The verb `bench list`: the strategies."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from bench.errors import PluginError
from bench.report.strategies import print_strategies


@click.command("list")
def list_strategies() -> None:
    """List the strategies and whether each can run here."""
    if not print_strategies(Console()):
        sys.exit(PluginError.exit_code)
