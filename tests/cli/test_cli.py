"""What every verb has in common: a bug is told from a finding by its exit code."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from bench.cli import VERBS, compare, gate, history, main, trend

pytestmark = pytest.mark.every_python


def _broken(*_arguments: object, **_options: object) -> None:
    raise ZeroDivisionError("out of luck")


@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        (trend, "_trend", ["trend"]),
        (history, "open_history", ["history", "import", "out.json"]),
        (compare, "_compare", ["compare", "a", "b"]),
        (gate, "_gate", ["gate", "--baseline", "HEAD"]),
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


@pytest.mark.parametrize(
    "arguments", [["run", "--price", ""], ["run", "--resume="], ["data", "list", "--endpoint", ""]]
)
def test_an_option_whose_variable_is_not_set_is_bad_usage(arguments):
    """An empty value would count as not given, and `--resume ""` would run everything anew."""
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert f"Error: {arguments[-2 if not arguments[-1] else -1].rstrip('=')} is empty: give it" in done.stderr


def test_a_shell_completes_after_an_empty_value(bench):
    """What is refused when it is run may still be corrected."""
    words = {"COMP_WORDS": 'bench run --price "" --strat', "COMP_CWORD": "4"}
    done = bench(_BENCH_COMPLETE="bash_complete", **words)
    assert (done.stdout.split(), done.stderr) == (["plain,--strategy"], "")


@pytest.mark.parametrize("verb", VERBS)
def test_the_table_of_verbs_says_what_the_verbs_say(verb):
    """The line that `bench --help` has for a verb is how the verb's own help begins."""
    command = main.get_command(click.Context(main), verb)
    said = command.help.splitlines()[0]
    assert said.startswith(VERBS[verb][1].rstrip(".")), said
    assert command.name == verb


def test_help_imports_no_verb():
    """`bench --help` writes its list out of the table: no verb's file is imported, and none of what these need."""
    program = "import sys; from bench.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {f"bench.cli.{verb}" for verb in VERBS}.intersection(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "--out", "there"], "--out is called --results now: write --results there."),
        (["compare", "a", "b", "--out", "there"], "--out is called --results now: write --results there."),
    ],
)
def test_an_old_spelling_names_the_new_one(arguments, sentence):
    """An option that was renamed is refused with 2 and the command's new spelling."""
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, sentence in done.stderr) == (2, True), done.stderr
