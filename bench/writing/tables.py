"""Prints tables whole, however narrow the terminal is."""

from __future__ import annotations

import shutil

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

UNLIMITED = 10_000
USUAL = 80  # columns of a terminal


def print_whole(table: Table, console: Console, columns: int | None = None) -> None:
    """Print a table at the width that it needs, or one block for each row where the terminal is too narrow for it.

    Nothing is left out, and no word is broken: long cells have several lines where that is enough. Output that goes to
    no terminal has the table as wide as it is.

    Args:
        table: The table.
        console: Where to print.
        columns: Columns of the terminal that the text is for, out of `columns_of`, where ``console`` is none itself.
    """
    columns = columns or columns_of(console)
    needed = Measurement.get(console, console.options.update(max_width=UNLIMITED), table).maximum
    if columns is None or needed <= columns:
        console.width = max(console.width, needed)
        console.print(table)
    elif columns >= USUAL and _fold_at_blanks(table, console, needed, columns):
        console.print(table, width=columns)
    else:
        _print_blocks(table, console, columns)


def _fold_at_blanks(table: Table, console: Console, needed: int, columns: int) -> bool:
    """Narrow a table's columns, so that cells fold between words; return whether that is enough.

    Each column keeps its longest word, and shares what is left by how much it lacks. Rich alone breaks words.
    """
    unlimited = console.options.update(max_width=UNLIMITED)
    least, most = [], []
    for column in table.columns:
        cells = [_text(cell, console) for cell in (column.header, *column.cells)]
        widths = [Measurement.get(console, unlimited, cell) for cell in cells]
        most.append(max(width.maximum for width in widths))
        least.append(most[-1] if column.no_wrap else max(width.minimum for width in widths))
    room = columns - (needed - sum(most)) - sum(least)
    if room < 0:
        return False
    for column, low, high in zip(table.columns, least, most, strict=True):
        column.width = low + room * (high - low) // max(1, sum(most) - sum(least))
    return True


def columns_of(console: Console) -> int | None:
    """Return the columns of a terminal, which would fold wider lines; None for any other output.

    Args:
        console: The output.
    """
    if not console.is_terminal:
        return None
    if console.is_dumb_terminal:  # Rich takes it for one of 80 columns
        return min(USUAL, shutil.get_terminal_size().columns)
    return console.width


def _print_blocks(table: Table, console: Console, columns: int) -> None:
    """Print a line ``label: value`` for each cell that is not empty, and an empty line between rows."""
    if table.title:
        console.print(table.title, width=columns, style="italic")
    for number, row in enumerate(table.rows):
        if number or table.title:
            console.print()
        for place, column in enumerate(table.columns):
            value = _text(list(column.cells)[number], console)
            if value.plain:
                line = Text.assemble("" if place == 0 else "  ", (_label(column, console), "bold"), ": ", value)
                console.print(line, width=columns, overflow="fold", style=row.style or "")
    if table.caption:
        console.print(table.caption, width=columns, style="dim")


def _label(column: Column, console: Console) -> str:
    """Return the heading in one line; a column whose heading divides a word has the whole one as its footer."""
    return " ".join(_text(column.footer or column.header, console).plain.split())


def _text(cell: RenderableType, console: Console) -> Text:
    return cell if isinstance(cell, Text) else console.render_str(str(cell), highlight=False)
