"""Tables in a terminal: a table where it has room, blocks where it has none, and nothing left out of either."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from bench.findings.compare import compare
from bench.gate.verdict import judgement
from bench.gate.verdict.text import text
from bench.report.comparison import as_text
from bench.report.strategies import print_strategies
from bench.report.text import print_run
from bench.writing.tables import columns_of, print_whole
from tests.gate.made import RULES, document, measured
from tests.report.made import MadeCase, make_run

ELLIPSIS = "…"


def _console(columns, term="xterm", *, terminal=True):
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=columns, color_system=None, _environ={"TERM": term}
    )


def _run():
    made = [("xgboost_external", MadeCase(1.0)), ("xgboost_external", MadeCase(0.7, workers=2))]
    return make_run([*made, ("mllib_gbt", MadeCase(9.0, status="failed"))])


def _printed(columns, term="xterm", *, terminal=True):
    console = _console(columns, term, terminal=terminal)
    print_run(_run(), console)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("columns", "term"), [(40, "xterm"), (30, "xterm"), (80, "xterm"), (100, "xterm"), (None, "dumb")]
)
def test_a_narrow_terminal_has_a_block_for_each_case(columns, term):
    """Where a table has no room, each case has its lines, label and value, and headings are whole."""
    shown = _printed(columns, term)
    assert ELLIPSIS not in shown
    for line in ("strategy: xgboost_external", "  workers: 2", "  peak memory: ", "  efficiency: ", "  speed-up: "):
        assert line in shown
    block = shown.split("strategy: mllib_gbt")[1].split("\n\n")[0]
    assert "status: failed" in block
    assert "rows/s" not in block  # it has none


def test_other_output_has_the_table():
    """A wide terminal, and output to a file, has the table; so has a dumb terminal if the table fits."""
    for shown in (_printed(200), _printed(40, terminal=False), _printed(40, "dumb", terminal=False)):
        assert "strategy: " not in shown
        assert ELLIPSIS not in shown
    small = Table()
    small.add_column("a")
    small.add_row("b")
    console = _console(None, "dumb")
    print_whole(small, console)
    assert "a: b" not in console.file.getvalue()


def test_every_table_of_a_verb_does_so():
    """The list of strategies, a comparison and a verdict have blocks as well."""
    console = _console(40)
    print_strategies(console)
    assert "what it is: " in console.file.getvalue()
    assert "Engines: duckdb, pandas, polars, spark." in " ".join(console.file.getvalue().split())
    columns = columns_of(console)
    compared = as_text(compare(_run(), _run(), threshold=0.1, allowed=()), columns)
    assert "case: xgboost_external (2 workers)\n  verdict: " in compared
    assert "95 % interval: " in compared
    told = text(document([judgement.entry(measured(1.2), RULES)]), columns)
    assert "verdict: " in told
    assert ELLIPSIS not in console.file.getvalue() + compared + told


@pytest.mark.parametrize("columns", [79, 80, 90, 100, 120, 140])
def test_a_table_is_folded_nowhere(columns):
    """Whatever the width, a terminal's lines fit, and are a whole table or blocks."""
    table = Table(box=None)
    for heading in ("one", "two"):
        table.add_column(heading)
    table.add_row("x" * 45, "y" * 45)
    console = _console(columns)
    print_whole(table, console)
    shown = console.file.getvalue()
    assert ("one: " + "x" * 45 in shown) == (columns < 2 * 45 + 4)
    assert "y" * 45 in shown
    assert all(len(line) <= columns for line in shown.splitlines())


@pytest.mark.parametrize("columns", range(80, 260, 20))
def test_no_word_of_a_long_cell_is_broken(columns):
    """The list of strategies has its lines folded between words where that is enough, and blocks where it is not."""
    whole, console = _console(1000), _console(columns)
    print_strategies(whole)
    print_strategies(console)
    shown = console.file.getvalue()
    words, found = ({word.strip(":") for word in told.split()} for told in (whole.file.getvalue(), shown))
    assert words <= found
    # What is not installed is a line below the table, with a remedy to be copied whole.
    assert all(len(line) <= columns or "not installed here: " in line for line in shown.splitlines())
    assert ("strategy: xgboost" in shown) == (columns <= 120)
