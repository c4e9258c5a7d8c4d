"""What every verb has in common: a bug is told from a finding by its exit code."""

import pytest
from click.testing import CliRunner

from bench import cli_compare, cli_gate, cli_trend
from bench.cli import main

pytestmark = pytest.mark.every_python


def _broken(*_arguments: object, **_options: object) -> None:
    raise ZeroDivisionError("out of luck")


@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        (cli_trend, "trend_verb", ["trend"]),
        (cli_trend, "import_verb", ["history", "import", "out.json"]),
        (cli_compare, "compare_verb", ["compare", "a", "b"]),
        (cli_gate, "gate_verb", ["gate", "--baseline", "HEAD"]),
    ],
)
def test_a_bug_is_no_slowdown(monkeypatch, module, function, arguments):
    """An exception that nobody expected prints its traceback and ends with 5: 1 would say that something is slower."""
    monkeypatch.setattr(module, function, _broken)
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 5
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("ZeroDivisionError: out of luck\n")


@pytest.mark.parametrize("arguments", [["nothing"], ["trend", "--nothing"], ["gate", "--threshold", "ten"]])
def test_what_click_refuses_is_bad_usage(arguments):
    """A verb, an option or a value that there is not ends with 2 and a sentence."""
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert "Error: " in done.stderr
