"""Prints tables whole, however narrow the terminal is."""

from __future__ import annotations

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

UNLIMITED = 10_000


def print_whole(table: Table, console: Console) -> None:
    """Print a table at the width that it needs: a terminal that is too narrow wraps lines, and nothing is left out.

    Args:
        table: The table.
        console: Where to print.
    """
    needed = Measurement.get(console, console.options.update(max_width=UNLIMITED), table).maximum
    console.width = max(console.width, needed)
    console.print(table)
